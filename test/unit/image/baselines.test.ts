import { describe, expect, test } from 'vitest';
import { blurred, LEVELS, plainPicture } from '../../../src/image/baselines.ts';
import { pictureOfInput } from '../../../src/image/denormalize.ts';
import { normalizePixels, type Preprocessing } from '../../../src/image/preprocess.ts';
import { floatsOf, maxDifference, readJson, rgbOf, texture } from './fixtures.ts';

interface Expected {
  readonly width: number;
  readonly height: number;
  /** By sigma, 3 × height × width. */
  readonly blurs: Readonly<Record<string, string>>;
  /** Of each channel. */
  readonly levels: Readonly<Record<keyof typeof LEVELS, string>>;
}

const { width, height, blurs, levels } = readJson<Expected>('baselines');
const pixels = width * height;

const SETTINGS: Preprocessing = {
  size: [height, width],
  fit: 'none',
  resize: height,
  interpolation: 'bilinear',
  channels: 'RGB',
  layout: 'NCHW',
  range: [0, 1],
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  pad: [0],
  align: 'center',
  background: 'drop',
};

/** Channels last in place of channels first. */
const interleaved = (planes: Float32Array): Float32Array => planes.map((_, i) => planes[(i % 3) * pixels + Math.floor(i / 3)] as number);

describe.each(Object.entries(blurs))('a blur of sigma %s is scipy.ndimage.gaussian_filter', (sigma, planes) => {
  const expected = floatsOf(planes);

  test('channels first', () => {
    const { data, dims } = normalizePixels(texture(width, height), SETTINGS);
    expect(maxDifference(blurred(data, dims, SETTINGS, Number(sigma)), expected)).toBeLessThan(1e-5);
  });

  test('channels last, two examples', () => {
    const { data } = normalizePixels(texture(width, height), { ...SETTINGS, layout: 'NHWC' });
    const two = Float32Array.of(...data.map((v) => -v), ...data);
    const soft = blurred(two, [2, height, width, 3], { layout: 'NHWC', channels: 'RGB' }, Number(sigma));
    expect(maxDifference(soft.subarray(data.length), interleaved(expected))).toBeLessThan(1e-5);
    expect(
      maxDifference(
        soft.subarray(0, data.length).map((v) => -v),
        interleaved(expected),
      ),
    ).toBeLessThan(1e-5);
  });
});

test.each(Object.entries(levels))('%s is what torchvision makes of it', (kind, values) => {
  const { data } = normalizePixels(plainPicture({ width, height }, LEVELS[kind as keyof typeof LEVELS]), SETTINGS);
  floatsOf(values).forEach((value, channel) => {
    expect(data[channel * pixels]).toBe(value);
    expect(data[(channel + 1) * pixels - 1]).toBe(value);
  });
});

describe('an input is shown as the picture that it was', () => {
  test.each([
    ['RGB', 'NCHW', [0, 1]],
    ['BGR', 'NHWC', [-1, 1]],
    ['RGBA', 'NCHW', [0, 255]],
    ['L', 'NCHW', [0, 1]],
  ] as const)('%s, %s, %j', (channels, layout, range) => {
    const [mean, std] = channels === 'RGB' ? [SETTINGS.mean, SETTINGS.std] : [[0.1], [0.7]];
    const settings: Preprocessing = { ...SETTINGS, channels, layout, range, mean, std };
    const gray = texture(width, height).data.map((_, i, data) => (i % 4 === 3 ? 255 : (data[i - (i % 4)] as number)));
    const image = channels === 'L' ? { width, height, data: gray } : texture(width, height);
    const { data, dims } = normalizePixels(image, settings);
    expect(rgbOf(pictureOfInput(data, dims, settings))).toEqual(rgbOf(image));
  });

  test('what is no pixel is clipped', () => {
    expect([...rgbOf(pictureOfInput([-5, 0.5, 7], [1, 3, 1, 1], { ...SETTINGS, mean: [0], std: [1] }))]).toEqual([0, 128, 255]);
  });
});
