import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/image/decode/decode.ts';
import { exifOrientation } from '../../../src/image/decode/exif.ts';
import { InspectumError } from '../../../src/tensor/errors.ts';
import { maxDifference, readImageFile, readJson, rgbOf } from './fixtures.ts';

const FILES = readJson<Record<string, { width: number; height: number; rgb: string }>>('decode');

describe('decodeImage gives the pixels that PIL gives', () => {
  it.each(Object.entries(FILES))('%s', async (name, { width, height, rgb }) => {
    const image = await decodeImage(readImageFile(name), name);
    expect([image.width, image.height]).toEqual([width, height]);
    expect(maxDifference(rgbOf(image), inflateSync(Buffer.from(rgb, 'base64')))).toBe(0);
    expect(image.data.every((v, i) => i % 4 !== 3 || v === 255)).toBe(true);
  });

  it('reads bytes that lie anywhere in their buffer', async () => {
    for (const name of ['orientation-6.jpg', 'orientation-6.png', 'lossy.webp', 'rgb565.bmp']) {
      const bytes = readImageFile(name);
      const moved = new Uint8Array(bytes.length + 3).subarray(3);
      moved.set(bytes);
      expect((await decodeImage(moved, name)).data).toEqual((await decodeImage(bytes, name)).data);
    }
  });
});

const refusal = async (bytes: Uint8Array, name = 'photo.jpg'): Promise<InspectumError> => {
  const error: unknown = await decodeImage(bytes, name).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(InspectumError);
  expect((error as InspectumError).message).toContain(name);
  return error as InspectumError;
};

const changed = (name: string, ...patches: readonly (readonly [at: number, ...bytes: number[]])[]): Uint8Array => {
  const bytes = readImageFile(name);
  for (const [at, ...values] of patches) bytes.set(values, at);
  return bytes;
};

/** Where the JPEG's frame header has its height. */
const frameAt = (bytes: Uint8Array): number => bytes.findIndex((b, i) => b === 0xff && bytes[i + 1] === 0xc0) + 5;

describe('decodeImage refuses', () => {
  it('what is no image, and says what is read', async () => {
    for (const bytes of [new Uint8Array(0), new TextEncoder().encode('a text file'), new Uint8Array(64)]) {
      const error = await refusal(bytes, 'notes.jpg');
      expect(error.kind).toBe('corrupt');
      expect(error.message).toMatch(/notes\.jpg.*JPEG, PNG, WebP and BMP/);
    }
  });

  it.each([
    ['palette.gif', /GIF/],
    ['cmyk.jpg', /CMYK/],
    ['animated.webp', /animation/],
  ])('%s, by its kind', async (name, words) => {
    const error = await refusal(readImageFile(name), name);
    expect(error.kind).toBe('unsupported');
    expect(error.message).toMatch(words);
  });

  it.each([
    'baseline.jpg',
    'progressive.jpg',
    'orientation-6.jpg',
    'rgb.png',
    'interlaced.png',
    'lossy.webp',
    'alpha.webp',
    'rgb.bmp',
    'palette.bmp',
  ])('%s cut off anywhere', async (name) => {
    const bytes = readImageFile(name);
    const step = Math.max(1, Math.floor(bytes.length / 60));
    for (let length = 20; length < bytes.length - 1; length += step) {
      const error = await refusal(bytes.subarray(0, length), name);
      expect(error.kind).toBe('corrupt');
      expect(error.message).toMatch(/truncated/);
    }
  });

  it('more than 100 megapixels, by what the header says', async () => {
    const jpeg = readImageFile('baseline.jpg');
    const large: [string, Uint8Array][] = [
      ['baseline.jpg', changed('baseline.jpg', [frameAt(jpeg), 0x7f, 0xff, 0x7f, 0xff])],
      ['rgb.png', changed('rgb.png', [16, 0, 1, 0, 0, 0, 1, 0, 0])],
      ['rgb.bmp', changed('rgb.bmp', [18, 0, 0, 1, 0, 0, 0, 1, 0])],
      ['alpha.webp', changed('alpha.webp', [21, 0xff, 0xff, 0xff, 0x0f])],
    ];
    for (const [name, bytes] of large) {
      const error = await refusal(bytes, name);
      expect(error.kind).toBe('too-large');
      expect(error.message).toMatch(/megapixels/);
    }
  });

  it('pixels that decompress to far more than the header says', async () => {
    const pixels = deflateSync(new Uint8Array(4_000_000));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, pixels.length);
    const png = readImageFile('gray-2.png');
    const bomb = Buffer.concat([png.subarray(0, 33), length, Buffer.from('IDAT'), pixels, new Uint8Array(4), png.subarray(-12)]);
    expect((await refusal(bomb)).message).toMatch(/cannot be decompressed/);
  });

  it('damage anywhere with nothing but an InspectumError', async () => {
    for (const name of [
      'baseline.jpg',
      'progressive.jpg',
      'palette-4.png',
      'interlaced.png',
      'lossy.webp',
      'lossless.webp',
      'palette.bmp',
      'rgb565.bmp',
    ]) {
      const bytes = readImageFile(name);
      for (let i = 0; i < 150; i++) {
        const damaged = bytes.slice();
        damaged[(i * 7919) % Math.min(bytes.length, 400)] = (i * 151 + 85) & 255;
        const error: unknown = await decodeImage(damaged, name).then(
          () => undefined,
          (e: unknown) => e,
        );
        if (error !== undefined) expect(error, `${name}, damage ${i}`).toBeInstanceOf(InspectumError);
      }
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
