import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hasTransparency, withoutAlpha } from '../../../src/image/alpha.ts';
import { decodeImage } from '../../../src/image/decode/decode.ts';
import { exifOrientation } from '../../../src/image/decode/exif.ts';
import { maxDifference, readImageFile, readJson, rgbOf } from './fixtures.ts';

interface Expected {
  readonly width: number;
  readonly height: number;
  /** Which of the pictures its colours are, alpha left out. */
  readonly rgb: number;
  /** SHA-256 of the picture laid over a colour; missing where it is opaque. */
  readonly over?: string;
}

const EXPECTED = readJson<{ over: number[]; pictures: string[]; files: Record<string, Expected> }>('decode');

describe('decodeImage gives the pixels that PIL gives', () => {
  it.each(Object.entries(EXPECTED.files))('%s', async (name, { width, height, rgb, over }) => {
    const image = await decodeImage(readImageFile(name), name);
    expect([image.width, image.height]).toEqual([width, height]);
    expect(maxDifference(rgbOf(image), inflateSync(Buffer.from(EXPECTED.pictures[rgb] as string, 'base64')))).toBe(0);
    expect(hasTransparency(image)).toBe(over !== undefined);
    expect(rgbOf(withoutAlpha(image, 'drop'))).toEqual(rgbOf(image));
    const laid = withoutAlpha(image, EXPECTED.over);
    expect(hasTransparency(laid)).toBe(false);
    if (over) expect(createHash('sha256').update(rgbOf(laid)).digest('hex')).toBe(over);
  });

  it('reads bytes that lie anywhere in their buffer', async () => {
    for (const name of [
      'orientation-6.jpg',
      'orientation-6.png',
      'lossy.webp',
      'rgb565.bmp',
      'interlaced.gif',
      'rgb-16-big.tif',
      'jpeg.tif',
    ]) {
      const bytes = readImageFile(name);
      const moved = new Uint8Array(bytes.length + 3).subarray(3);
      moved.set(bytes);
      expect((await decodeImage(moved, name)).data).toEqual((await decodeImage(bytes, name)).data);
    }
  });
});

describe('exifOrientation', () => {
  const tiff = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
  const little = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
  const big = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0];

  it('reads both byte orders', () => {
    expect(exifOrientation(tiff(...little))).toBe(6);
    expect(exifOrientation(tiff(...big))).toBe(8);
  });

  it('is upright where the block ends early, points outside or says something else', () => {
    for (let length = 0; length < 22; length++) expect(exifOrientation(tiff(...little.slice(0, length)))).toBe(1);
    expect(exifOrientation(tiff(...little.with(4, 0xff).with(7, 0xff)))).toBe(1);
    expect(exifOrientation(tiff(...little.with(18, 9)))).toBe(1);
    expect(exifOrientation(tiff(...little.with(12, 4)))).toBe(1);
    expect(exifOrientation(tiff(...little.with(8, 0xff).with(9, 0xff).with(10, 0)))).toBe(1);
  });
});
