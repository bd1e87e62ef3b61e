import { describe, expect, it } from 'vitest';
import type { RgbImage } from '../../../src/image/image.ts';
import { labOf } from '../../../src/image/lab.ts';
import { superpixels } from '../../../src/image/superpixels.ts';
import { maxDifference, readJson } from './fixtures.ts';

/** What test/fixtures/image/make_superpixels.py writes of skimage's SLIC on the same picture. */
interface Stored {
  readonly lab: readonly { readonly rgb: readonly number[]; readonly lab: readonly number[] }[];
  readonly cases: readonly { readonly asked: number; readonly count: number; readonly recall: number; readonly pure: number }[];
}

const [WIDTH, HEIGHT] = [120, 80];
const COLOURS = [
  [60, 90, 160],
  [200, 80, 60],
  [90, 170, 80],
  [220, 210, 120],
];

/** As make_superpixels.py has it. */
const regions = Int32Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
  const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
  if ((x - 38) ** 2 + (y - 36) ** 2 < 22 ** 2) return 1;
  if (2 * x + y > 200) return 2;
  return y > 62 ? 3 : 0;
});

const picture: RgbImage = {
  width: WIDTH,
  height: HEIGHT,
  data: Uint8Array.from({ length: 4 * WIDTH * HEIGHT }, (_, i) => {
    const [pixel, c] = [i >> 2, i & 3];
    const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
    return c === 3 ? 255 : (COLOURS[regions[pixel] as number]?.[c] as number) + ((x * 31 + y * 57 + x * y * 13 + c * 19) % 9) - 4;
  }),
};

const isBorder = (labels: Int32Array, pixel: number): boolean =>
  (pixel % WIDTH < WIDTH - 1 && labels[pixel] !== labels[pixel + 1]) ||
  (pixel + WIDTH < labels.length && labels[pixel] !== labels[pixel + WIDTH]);

/** The part of the regions' border pixels with a border of the labelling at most a row and a column away. */
function recall(labels: Int32Array): number {
  const near = (pixel: number): boolean =>
    [-1, 0, 1].some((dy) =>
      [-1, 0, 1].some((dx) => {
        const [x, y] = [(pixel % WIDTH) + dx, Math.floor(pixel / WIDTH) + dy];
        return x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT && isBorder(labels, y * WIDTH + x);
      }),
    );
  const own = Array.from(regions.keys()).filter((pixel) => isBorder(regions, pixel));
  return own.filter(near).length / own.length;
}

/** The part of the pixels that lie in their superpixel's most frequent region. */
function pure(labels: Int32Array): number {
  const counts = new Map<number, number[]>();
  labels.forEach((label, pixel) => {
    const own = counts.get(label) ?? [0, 0, 0, 0];
    own[regions[pixel] as number] = (own[regions[pixel] as number] as number) + 1;
    counts.set(label, own);
  });
  return [...counts.values()].reduce((sum, own) => sum + Math.max(...own), 0) / labels.length;
}

/** How many 4-connected pieces the pixels of equal labels form. */
function piecesIn(labels: Int32Array): number {
  const seen = new Set<number>();
  let pieces = 0;
  for (const first of labels.keys()) {
    if (seen.has(first)) continue;
    pieces++;
    const open = [first];
    seen.add(first);
    for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop())
      for (const next of [pixel % WIDTH > 0 ? pixel - 1 : -1, pixel % WIDTH < WIDTH - 1 ? pixel + 1 : -1, pixel - WIDTH, pixel + WIDTH])
        if (labels[next] === labels[first] && !seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
  }
  return pieces;
}

const stored = readJson<Stored>('superpixels');

it.each(stored.lab)('CIELAB of $rgb is that of skimage', ({ rgb, lab }) => {
  const data = Uint8Array.from([...rgb, 255]);
  expect(maxDifference(labOf({ width: 1, height: 1, data }), lab)).toBeLessThan(1e-3);
});

describe.each(stored.cases)('$asked superpixels', ({ asked, count, recall: theirRecall, pure: theirPure }) => {
  const labels = superpixels(picture, asked);
  const found = new Set(labels).size;

  it("are about as many as asked for, and skimage's are not nearer to that", () => {
    expect(Math.abs(found - asked)).toBeLessThanOrEqual(Math.max(2, 0.2 * asked));
    expect(Math.abs(found - asked)).toBeLessThanOrEqual(Math.abs(count - asked));
  });
  it('are connected, and numbered without a gap', () => {
    expect(piecesIn(labels)).toBe(found);
    expect(Math.max(...labels)).toBe(found - 1);
  });
  it("keep to the picture's regions as well as skimage's do", () => {
    expect(recall(labels)).toBeGreaterThan(theirRecall - 0.05);
    expect(pure(labels)).toBeGreaterThan(theirPure - 0.01);
  });
});

it('one superpixel is the picture; more than there are pixels are the pixels at most', () => {
  expect(new Set(superpixels(picture, 1)).size).toBe(1);
  const small = { width: 3, height: 2, data: picture.data.slice(0, 24) };
  for (const count of [50, 1e12]) expect(Math.max(...superpixels(small, count))).toBeLessThan(6);
});

it('no whole number of superpixels is refused', () => {
  for (const count of [0, -1, 1.5]) expect(() => superpixels(picture, count)).toThrow(RangeError);
});
