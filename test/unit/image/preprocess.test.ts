import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { takesAlpha } from '../../../src/image/channels.ts';
import { type Preprocessing, preprocess } from '../../../src/image/preprocess.ts';
import { shrinkTo } from '../../../src/image/resize.ts';
import { InspectumError } from '../../../src/tensor/errors.ts';
import { toBytes } from '../../../src/tensor/tensor.ts';
import { maxDifference, readJson, rgbOf, texture } from './fixtures.ts';

interface Case {
  readonly name: string;
  readonly image: readonly [number, number];
  readonly settings: Preprocessing;
  readonly shape: readonly number[];
  /** Every how many bytes of the pixels there is a sample. */
  readonly every: number;
  readonly samples: readonly number[];
  readonly seenSha256: string;
  readonly tensorSha256: string;
}

const CASES = readJson<readonly Case[]>('preprocess');
const SETTINGS = (CASES[0] as Case).settings;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('preprocess is torchvision on PIL images, to the bit', () => {
  it.each(CASES.map((c) => [c.name, c] as const))('%s', (_name, { image: [width, height], settings, ...expected }) => {
    const { tensor, seen } = preprocess(texture(width, height, takesAlpha(settings.channels)), settings);
    const pixels = rgbOf(seen);
    expect(
      maxDifference(
        pixels.filter((_, i) => i % expected.every === 0),
        expected.samples,
      ),
    ).toBe(0);
    expect(sha256(pixels)).toBe(expected.seenSha256);
    expect(tensor.dims).toEqual(expected.shape);
    expect(sha256(toBytes(tensor))).toBe(expected.tensorSha256);
  });

  it('maps 0 and 255 to the ends of any range', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 255) };
    const settings: Preprocessing = { ...SETTINGS, size: [1, 2], fit: 'none', range: [-1, 1], mean: [0], std: [1], channels: 'L' };
    expect([...preprocess(image, settings).tensor.data]).toEqual([-1, 1]);
  });
});

describe('preprocess refuses', () => {
  const refusal = (width: number, height: number, changes: Partial<Preprocessing>): InspectumError => {
    try {
      preprocess(texture(width, height), { ...SETTINGS, ...changes });
    } catch (error) {
      if (error instanceof InspectumError) return error;
    }
    throw new Error('nothing was refused');
  };

  it('an image of another size where nothing is to be fitted', () => {
    const error = refusal(30, 20, { fit: 'none' });
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/30×20.*224×224.*"fit"/);
  });

  it('a count of mean or std that is not that of the channels', () => {
    expect(refusal(30, 20, { channels: 'L' }).message).toMatch(/"mean".*3 numbers.*L has 1 channel/);
    expect(refusal(30, 20, { std: [1, 2] }).message).toMatch(/"std".*2 numbers.*RGB has 3 channels/);
  });

  it('an image whose long side would have no bound', () => {
    expect(refusal(20_000, 1, {}).kind).toBe('too-large');
  });
});

it('preprocesses a photo of 12 megapixels in less than 200 ms', () => {
  const photo = texture(4000, 3000);
  const times = [0, 1, 2, 3].map(() => {
    const start = performance.now();
    preprocess(photo, SETTINGS);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(200);
});

it('shrinkTo keeps the aspect and never enlarges', () => {
  const image = texture(300, 100);
  expect(shrinkTo(image, 300)).toBe(image);
  const { width, height } = shrinkTo(image, 150);
  expect([width, height]).toEqual([150, 50]);
});
