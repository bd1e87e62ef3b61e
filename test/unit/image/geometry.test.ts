import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/image/decode/decode.ts';
import { geometryForSize, type Point, seenRegion, toImage, toInput } from '../../../src/image/geometry.ts';
import type { RgbImage } from '../../../src/image/image.ts';
import { captumNormalization } from '../../../src/image/normalize.ts';
import { renderOverlay, valueAt } from '../../../src/image/overlay.ts';
import { type Preprocessing, preprocess } from '../../../src/image/preprocess.ts';
import { shrinkTo } from '../../../src/image/resize.ts';
import type { Geometry } from '../../../src/tensor/geometry.ts';
import { readImageFile } from './fixtures.ts';

const DEFAULTS: Preprocessing = {
  size: [224, 224],
  fit: 'shorter-side',
  resize: 256,
  interpolation: 'bilinear',
  channels: 'RGB',
  layout: 'NCHW',
  range: [0, 1],
  mean: [0],
  std: [1],
  pad: [0],
  align: 'center',
  background: 'drop',
};

const FITS: readonly (readonly [name: string, changes: Partial<Preprocessing>])[] = [
  ['centre crop', {}],
  ['crop larger than the picture', { resize: 200, size: [240, 420] }],
  ['squash', { fit: 'squash', size: [180, 250] }],
  ['letterbox', { fit: 'letterbox', size: [200, 160] }],
  ['letterbox at the start', { fit: 'letterbox', size: [160, 300], align: 'start' }],
];

/** The white square of the oriented fixtures: upright pixels 56…71 × 16…23 of 96×64. */
const MARKER: Point = { x: 64, y: 20 };

/** The middle of mass of the pixels, by their brightness above `floor`. */
function middleOf(
  { width, height, data }: { width: number; height: number; data: ArrayLike<number> },
  channel: number,
  floor: number,
): Point {
  let [sum, x, y] = [0, 0, 0];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const weight = Math.max(0, (data[(row * width + column) * 4 + channel] as number) - floor);
      sum += weight;
      x += weight * (column + 0.5);
      y += weight * (row + 0.5);
    }
  return { x: x / sum, y: y / sum };
}

/** Black, with a white square of `side` pixels around a point. */
function marked(width: number, height: number, { x, y }: Point, side: number): RgbImage {
  const data = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const inside = Math.abs(column + 0.5 - x) < side / 2 && Math.abs(row + 0.5 - y) < side / 2;
      data.fill(inside ? 255 : 0, (row * width + column) * 4, (row * width + column) * 4 + 3);
      data[(row * width + column) * 4 + 3] = 255;
    }
  return { width, height, data };
}

const expectPoint = (actual: Point, expected: Point, within: number): void => {
  expect(Math.hypot(actual.x - expected.x, actual.y - expected.y), `${JSON.stringify(actual)} ${JSON.stringify(expected)}`).toBeLessThan(
    within,
  );
};

/** Where an overlay over the original (at `factor` times its size) has its colour, when only the input's pixels around `at` have a value. */
function overlaidMiddle(geometry: Geometry, at: Point, factor: number): Point {
  const { inputWidth: width, inputHeight: height } = geometry;
  const data = marked(width, height, { x: Math.floor(at.x) + 0.5, y: Math.floor(at.y) + 0.5 }, 5).data;
  const map = { width, height, data: Float32Array.from({ length: width * height }, (_, i) => data[i * 4] as number) };
  const size = { width: geometry.imageWidth * factor, height: geometry.imageHeight * factor };
  const overlay = renderOverlay({
    ...{ map, geometry, size, upsampling: 'none', over: 'original', colormap: 'viridis', opacity: 1, ramp: 'value', dim: 0 },
    normalization: captumNormalization(map.data, 'positive', 0),
  });
  const { x, y } = middleOf(overlay, 3, 0);
  return { x: x / factor, y: y / factor };
}

describe('a marker is found where the geometry says', () => {
  describe.each(FITS)('%s', (_name, changes) => {
    const settings = { ...DEFAULTS, ...changes };

    it.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i', async (orientation) => {
      const image = await decodeImage(readImageFile(`orientation-${orientation}.jpg`), 'a photo');
      expect([image.width, image.height]).toEqual([96, 64]);
      const { seen, geometry } = preprocess(image, settings);
      const found = middleOf(seen, 0, 128);
      expectPoint(found, toInput(geometry, MARKER.x, MARKER.y), 0.3);
      expectPoint(toImage(geometry, found.x, found.y), MARKER, 0.15);
      expectPoint(overlaidMiddle(geometry, found, 4), MARKER, 0.6);
    });

    it.each([
      [331, 257, { x: 180, y: 100 }],
      [190, 301, { x: 101, y: 171 }],
    ] as const)('%i×%i', (width, height, point) => {
      const { seen, geometry } = preprocess(marked(width, height, point, 14), settings);
      expectPoint(middleOf(seen, 0, 0), toInput(geometry, point.x, point.y), 0.3);
      expectPoint(overlaidMiddle(geometry, toInput(geometry, point.x, point.y), 1), point, 1.2);
    });
  });
});

describe('seenRegion', () => {
  const regionOf = (width: number, height: number, changes: Partial<Preprocessing>) =>
    seenRegion(preprocess(marked(width, height, { x: 1, y: 1 }, 2), { ...DEFAULTS, ...changes }).geometry);

  it('is the crop, in pixels of the image', () => {
    // 512×256 becomes itself at 256 high; the crop of 224 begins at (144, 16).
    expect(regionOf(512, 256, {})).toEqual({ x: 144, y: 16, width: 224, height: 224 });
    expect(regionOf(1024, 512, {})).toEqual({ x: 288, y: 32, width: 448, height: 448 });
  });

  it('is the whole image where nothing is cut off, padding left out', () => {
    for (const changes of [{ fit: 'squash' }, { fit: 'letterbox' }, { resize: 200, size: [300, 400] }] as const) {
      const { x, y, width, height } = regionOf(300, 200, changes);
      expect([x, y]).toEqual([0, 0]);
      expect(width).toBeCloseTo(300, 9);
      expect(height).toBeCloseTo(200, 9);
    }
  });

  it('is what changes the input when it is changed, and nothing else is', () => {
    const settings = { ...DEFAULTS, size: [60, 60], resize: 80 } as const;
    const black = marked(240, 200, { x: -9, y: -9 }, 1);
    const { geometry, seen } = preprocess(black, settings);
    const { x, y, width, height } = seenRegion(geometry);
    const changes = (px: number, py: number): boolean =>
      middleOf(preprocess(marked(240, 200, { x: px + 0.5, y: py + 0.5 }, 1.5), settings).seen, 0, 0).x >= 0;
    expect(Number.isNaN(middleOf(seen, 0, 0).x)).toBe(true);
    const [left, right, top, bottom] = [Math.ceil(x), Math.floor(x + width) - 1, Math.ceil(y), Math.floor(y + height) - 1];
    for (const [px, py] of [
      [left, 100],
      [right, 100],
      [120, top],
      [120, bottom],
    ] as const)
      expect(changes(px, py)).toBe(true);
    for (const [px, py] of [
      [left - 5, 100],
      [right + 5, 100],
      [120, top - 5],
      [120, bottom + 5],
    ] as const)
      expect(changes(px, py)).toBe(false);
  });
});

it('follows the image to another size', () => {
  const image = marked(400, 300, { x: 222, y: 111 }, 9);
  const { geometry } = preprocess(image, DEFAULTS);
  const small = shrinkTo(image, 100);
  const middle = middleOf(small, 0, 0);
  expectPoint(toInput(geometryForSize(geometry, small), middle.x, middle.y), toInput(geometry, 222, 111), 0.2);
});

it('valueAt is the value of the layer cell under a point, none outside of what the network sees', () => {
  const { geometry } = preprocess(marked(512, 256, { x: 0, y: 0 }, 1), DEFAULTS);
  const map = { width: 7, height: 7, data: Float32Array.from({ length: 49 }, (_, i) => i - 24) };
  expect(valueAt(map, geometry, 144, 16, 'none')).toBe(-24);
  expect(valueAt(map, geometry, 144 + 32 * 3 + 31, 16 + 32 * 5, 'none')).toBe(5 * 7 + 3 - 24);
  expect(valueAt(map, geometry, 144 + 112, 16 + 112, 'bilinear')).toBeCloseTo(0, 6);
  expect(valueAt(map, geometry, 144 + 64, 16 + 16, 'bilinear')).toBeCloseTo(1.5 - 24, 6);
  expect(valueAt(map, geometry, 143.9, 20, 'none')).toBeUndefined();
  expect(valueAt(map, geometry, 368, 20, 'bicubic')).toBeUndefined();
});
