import { describe, expect, it } from 'vitest';
import { COLORMAP_NAMES, type ColormapName, colorIndex, colormapTable, isColormapName } from '../../../src/image/colormap.ts';
import { decodeImage } from '../../../src/image/decode/decode.ts';
import { encodePng } from '../../../src/image/encodePng.ts';
import { geometryOf } from '../../../src/image/geometry.ts';
import type { RgbImage } from '../../../src/image/image.ts';
import { interpolate } from '../../../src/image/interpolate.ts';
import { captumNormalization, normalizeValues, type Sign } from '../../../src/image/normalize.ts';
import { outlined } from '../../../src/image/outline.ts';
import { colorBar, composite, type OverlayOptions, renderOverlay, valueAt } from '../../../src/image/overlay.ts';
import { floatsOf, maxDifference, readJson, rgbOf, texture } from './fixtures.ts';

const whole = (width: number, height: number) => geometryOf({ width, height }, { width, height }, { width, height }, 0, 0);

describe("colormaps are matplotlib's", () => {
  const { values, colours } = readJson<{ values: number[]; colours: Record<string, string> }>('colormaps');
  it.each(COLORMAP_NAMES)('%s', (name) => {
    const table = colormapTable(name);
    const hex = values.map((v) =>
      Buffer.from(table.subarray(colorIndex(v, 'positive') * 3, colorIndex(v, 'positive') * 3 + 3)).toString('hex'),
    );
    expect(hex.join('')).toBe(colours[name]);
  });

  it('are known by their names only', () => {
    expect(isColormapName('inferno')).toBe(true);
    expect(isColormapName('constructor')).toBe(false);
  });
});

describe("a uniform ramp over the gray picture is captum's visualize_image_attr with blended_heat_map", () => {
  const { width, height, values, pictures } = readJson<{
    width: number;
    height: number;
    values: string;
    pictures: { sign: Sign; rgb: string }[];
  }>('blended');
  it.each(pictures.map((p) => [p.sign, p] as const))('%s', (sign, { rgb }) => {
    const map = { width, height, data: floatsOf(values) };
    const overlay = renderOverlay({
      ...{ colormap: CAPTUM_COLORMAPS[sign], opacity: 0.5, ramp: 'uniform' },
      ...{ map, upsampling: 'nearest', geometry: whole(width, height), over: 'original', size: { width, height }, dim: 0 },
      normalization: captumNormalization(map.data, sign, 2),
    });
    const picture = composite(grayStretched(texture(width, height)), overlay);
    expect(maxDifference(rgbOf(picture), Buffer.from(rgb, 'base64'))).toBeLessThanOrEqual(2);
  });
});

/** What captum takes for each sign. */
const CAPTUM_COLORMAPS: Readonly<Record<Sign, ColormapName>> = {
  ...{ all: 'RdWhGn', positive: 'Greens', negative: 'Reds', absolute_value: 'Blues' },
};

/** The gray mean of the channels, stretched from the picture's least to its greatest, as matplotlib's imshow with cmap 'gray' shows it. */
function grayStretched({ width, height, data }: RgbImage): RgbImage {
  const sums = Array.from({ length: width * height }, (_, p) => [0, 1, 2].reduce((sum, c) => sum + (data[p * 4 + c] as number), 0));
  const [low, high] = [Math.min(...sums), Math.max(...sums)];
  const gray = new Uint8ClampedArray(data.length).fill(255);
  for (const [p, sum] of sums.entries())
    gray.fill(Math.min(255, Math.trunc(((sum - low) / Math.max(1, high - low)) * 256)), p * 4, p * 4 + 3);
  return { width, height, data: gray };
}

const MAP = { width: 3, height: 2, data: Float32Array.of(0, 0.25, 1, -1, -0.1, 0.5) };
const options = (changes: Partial<OverlayOptions> = {}): OverlayOptions => ({
  map: MAP,
  normalization: captumNormalization(MAP.data, 'all', 0),
  geometry: whole(60, 40),
  size: { width: 60, height: 40 },
  ...{ upsampling: 'none', over: 'original', colormap: 'vanimo', opacity: 0.8, ramp: 'value', dim: 0 },
  ...changes,
});
const pixel = ({ width, data }: { width: number; data: ArrayLike<number> }, x: number, y: number): number[] =>
  [0, 1, 2, 3].map((c) => data[(y * width + x) * 4 + c] as number);

describe('renderOverlay', () => {
  it('is clear at zero, grows with the size of the value, and has the colour of the sign', () => {
    const picture = renderOverlay(options());
    expect(pixel(picture, 5, 5)).toEqual([0, 0, 0, 0]);
    const alphas = [45, 25, 5].map((x) => pixel(picture, x, x === 45 ? 35 : x === 25 ? 5 : 35)[3] as number);
    expect(pixel(picture, 25, 35)[3]).toBeLessThan(pixel(picture, 25, 5)[3] as number);
    expect(alphas[1]).toBeLessThan(alphas[0] as number);
    expect(alphas[2]).toBe(204);
    const table = colormapTable('vanimo');
    expect(pixel(picture, 5, 35).slice(0, 3)).toEqual([...table.subarray(0, 3)]);
    expect(pixel(picture, 45, 5).slice(0, 3)).toEqual([...table.subarray(765)]);
  });

  it.each(['nearest', 'bilinear', 'bicubic'] as const)('%s is F.interpolate at the pixels of the input', (upsampling) => {
    const size = { width: 61, height: 37 };
    const map = { width: 7, height: 5, data: Float32Array.from({ length: 35 }, (_, i) => Math.sin(i * 1.7)) };
    const normalization = captumNormalization(map.data, 'positive', 2);
    const style = { colormap: 'viridis', opacity: 1, ramp: 'uniform' } as const;
    const picture = renderOverlay({ ...style, map, normalization, upsampling, geometry: whole(61, 37), over: 'input', size, dim: 0 });
    const values = normalizeValues(interpolate(map.data, map, size, upsampling), normalization);
    const table = colormapTable('viridis');
    const expected = Uint8Array.from(
      { length: values.length * 3 },
      (_, i) => table[colorIndex(values[Math.floor(i / 3)] as number, 'positive') * 3 + (i % 3)] as number,
    );
    // A value on the border of two colours may take either.
    expect(maxDifference(rgbOf(picture), expected)).toBeLessThanOrEqual(6);
    const centre = valueAt(map, whole(61, 37), 30.5, 18.5, upsampling) as number;
    expect(centre).toBeCloseTo(interpolate(map.data, map, size, upsampling)[18 * 61 + 30] as number, 5);
  });

  it('darkens what the network does not see, and colours only what it does', () => {
    const geometry = geometryOf({ width: 100, height: 50 }, { width: 100, height: 50 }, { width: 40, height: 40 }, 30, 5);
    const picture = renderOverlay(options({ geometry, size: { width: 200, height: 100 }, dim: 0.5, ramp: 'uniform' }));
    for (const [x, y] of [
      [0, 0],
      [59, 50],
      [140, 50],
      [100, 9],
      [100, 90],
    ] as const)
      expect(pixel(picture, x, y)).toEqual([0, 0, 0, 128]);
    for (const [x, y] of [
      [60, 10],
      [139, 89],
      [100, 50],
    ] as const)
      expect(pixel(picture, x, y)[3]).toBe(204);
  });

  it.each(['value', 'uniform'] as const)('shows nothing where there is nothing, with the ramp %s too', (ramp) => {
    const data = new Float32Array(6);
    const normalization = captumNormalization(data, 'positive', 2);
    const picture = renderOverlay(options({ map: { width: 3, height: 2, data }, normalization, ramp }));
    expect(picture.data.every((v) => v === 0)).toBe(true);
  });

  it('renders 600×600 within a frame of 16 ms', () => {
    const map = { width: 14, height: 14, data: Float32Array.from({ length: 196 }, (_, i) => Math.sin(i)) };
    const job = options({
      map,
      upsampling: 'bicubic',
      geometry: geometryOf({ width: 640, height: 640 }, { width: 256, height: 256 }, { width: 224, height: 224 }, 16, 16),
      size: { width: 600, height: 600 },
    });
    const times = Array.from({ length: 40 }, () => {
      const start = performance.now();
      renderOverlay(job);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(16);
  });
});

it('colorBar has the colours and opacities of the overlay', () => {
  const style = { colormap: 'inferno', opacity: 0.7, ramp: 'value' } as const;
  const bar = colorBar(101, 'positive', style);
  const map = { width: 101, height: 1, data: Float32Array.from({ length: 101 }, (_, i) => i / 100) };
  const picture = renderOverlay({
    ...options(style),
    map,
    normalization: captumNormalization(map.data, 'positive', 0),
    geometry: whole(101, 1),
    size: { width: 101, height: 1 },
  });
  expect(maxDifference(bar.data, picture.data)).toBeLessThanOrEqual(8);
  expect(pixel(bar, 0, 0)[3]).toBe(0);
  expect(pixel(bar, 100, 0)[3]).toBe(179);
  const signed = colorBar(101, 'all', { ...style, colormap: 'vanimo' });
  expect([pixel(signed, 0, 0)[3], pixel(signed, 50, 0)[3], pixel(signed, 100, 0)[3]]).toEqual([179, 0, 179]);
});

it('composite lays an overlay over a picture', () => {
  const base = { width: 2, height: 1, data: Uint8Array.of(100, 100, 100, 255, 10, 20, 30, 255) };
  const overlay = { width: 2, height: 1, data: Uint8ClampedArray.of(200, 0, 100, 128, 9, 9, 9, 0) };
  expect([...composite(base, overlay).data]).toEqual([150, 50, 100, 255, 10, 20, 30, 255]);
  expect(() => composite(base, { width: 1, height: 1, data: new Uint8ClampedArray(4) })).toThrow(RangeError);
});

it('outlined draws a border inside of a rectangle', () => {
  const picture = outlined({ width: 6, height: 5, data: new Uint8Array(120) }, { x: 1, y: -3, width: 4, height: 7 }, 1, [9, 9, 9]);
  const rows = Array.from({ length: 5 }, (_, y) =>
    Array.from({ length: 6 }, (_, x) => (pixel(picture, x, y)[0] === 9 ? '#' : '.')).join(''),
  );
  expect(rows).toEqual(['.####.', '.#..#.', '.#..#.', '.####.', '......']);
});

it('encodePng writes what decodeImage reads', async () => {
  const picture = texture(33, 21);
  expect(rgbOf(await decodeImage(encodePng(picture), 'a picture'))).toEqual(rgbOf(picture));
});
