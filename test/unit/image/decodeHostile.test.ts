import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/image/decode/decode.ts';
import { unpackSegment } from '../../../src/image/decode/tiffSegment.ts';
import { InspectumError } from '../../../src/tensor/errors.ts';
import { readImageFile } from './fixtures.ts';

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

const [WIDTH, HEIGHT, COMPRESSION, SAMPLES, ROWS_PER_STRIP, PREDICTOR, TILE_WIDTH, TILE_BYTES] = [
  256, 257, 259, 277, 278, 317, 322, 325,
] as const;

/** A little-endian TIFF in which every value of a tag is another one. */
function tagged(name: string, ...changes: readonly (readonly [tag: number, value: number])[]): Uint8Array {
  const bytes = readImageFile(name);
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(4, true);
  for (const [tag, value] of changes) {
    const entries = Array.from({ length: view.getUint16(directory, true) }, (_, i) => directory + 2 + i * 12);
    const at = entries.find((entry) => view.getUint16(entry, true) === tag);
    if (at === undefined) throw new Error(`${name} has no tag ${tag}.`);
    const count = view.getUint32(at + 4, true);
    const list = view.getUint32(at + 8, true);
    if (count === 1) view.setUint16(at + 2, 4, true);
    for (let i = 0; i < count; i++) view.setUint32(count === 1 ? at + 8 : list + i * 4, value, true);
  }
  return bytes;
}

/** A TIFF that has one tag very often, each time with very many values. */
function repetitive(): Uint8Array {
  const [entries, values] = [60_000, 2 ** 19];
  const view = new DataView(new ArrayBuffer(16 + entries * 12 + values));
  for (const [at, value] of [0x49, 0x49, 42, 0, 8].entries()) view.setUint8(at, value);
  view.setUint16(8, entries, true);
  for (let i = 0; i < entries; i++) {
    const at = 10 + i * 12;
    view.setUint16(at, 273, true);
    view.setUint16(at + 2, 1, true);
    view.setUint32(at + 4, values, true);
    view.setUint32(at + 8, 10 + entries * 12, true);
  }
  return new Uint8Array(view.buffer);
}

/** A GIF of 4×4 pixels of four colours with these codes. */
const gif = (codes: readonly number[], { rootBits = 2, colours = 4 } = {}): Uint8Array =>
  Uint8Array.of(
    ...new TextEncoder().encode('GIF89a'),
    ...[4, 0, 4, 0, 0x80 | (Math.log2(colours) - 1), 0, 0],
    ...new Uint8Array(colours * 3),
    ...[0x2c, 0, 0, 0, 0, 4, 0, 4, 0, 0, rootBits],
    ...[codes.length, ...codes, 0, 0x3b],
  );

/** Where the JPEG's frame header has its height. */
const frameAt = (bytes: Uint8Array): number => bytes.findIndex((b, i) => b === 0xff && bytes[i + 1] === 0xc0) + 5;

describe('decodeImage refuses', () => {
  it('what is no image, and says what is read', async () => {
    for (const bytes of [new Uint8Array(0), new TextEncoder().encode('a text file'), new Uint8Array(64)]) {
      const error = await refusal(bytes, 'notes.jpg');
      expect(error.kind).toBe('corrupt');
      expect(error.message).toMatch(/notes\.jpg.*JPEG, PNG, WebP, GIF, TIFF and BMP/);
    }
  });

  it.each([
    ['cmyk.jpg', /CMYK/],
    ['animated.webp', /animation/],
    ['cmyk.tif', /CMYK colours/],
    ['float.tif', /floating-point numbers/],
    ['signed.tif', /signed integers/],
    ['lab.tif', /L\*a\*b\*/],
    ['ycbcr.tif', /YCbCr/],
    ['fax.tif', /fax/],
    ['big.tif', /BigTIFF/],
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
    'interlaced.gif',
    'local-palette.gif',
    'rgb-raw.tif',
    'rgb-tiff_lzw.tif',
    'palette-4.tif',
    'planes.tif',
    'tiles-big.tif',
    'jpeg.tif',
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
      ['placed.gif', changed('placed.gif', [6, 0xff, 0xff, 0xff, 0xff])],
      ['rgb-little.tif', tagged('rgb-little.tif', [WIDTH, 20000], [HEIGHT, 20000])],
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

  const HOSTILE: readonly (readonly [string, Uint8Array, InspectumError['kind'], RegExp])[] = [
    ['a TIFF of more tiles than it lists', tagged('tiles-plain.tif', [TILE_WIDTH, 16]), 'corrupt', /4 tiles where its size needs 6/],
    ['a TIFF of more tiles than are read', tagged('tiles-plain.tif', [WIDTH, 80000], [TILE_WIDTH, 1]), 'too-large', /160000 tiles/],
    ['a TIFF of more strips than are read', tagged('rgb-little.tif', [HEIGHT, 70000], [ROWS_PER_STRIP, 1]), 'too-large', /70000 strips/],
    ['a TIFF of tiles without a width', tagged('tiles-plain.tif', [TILE_WIDTH, 0]), 'corrupt', /0×16/],
    [
      'a TIFF of tiles much larger than the picture',
      tagged('tiles-plain.tif', [TILE_WIDTH, 2e8]),
      'too-large',
      /much larger than the image/,
    ],
    ['a TIFF whose tiles share bytes', tagged('tiles-little.tif', [TILE_BYTES, 600]), 'corrupt', /more bytes than the file/],
    ['a TIFF that repeats a tag', repetitive(), 'corrupt', /0×0 pixels/],
    ['a TIFF without a width', tagged('rgb-little.tif', [WIDTH, 0]), 'corrupt', /0×23/],
    ['a TIFF with fewer samples than its colours', tagged('rgb-little.tif', [SAMPLES, 2]), 'corrupt', /2 samples per pixel/],
    ['a TIFF with very many samples', tagged('rgb-little.tif', [SAMPLES, 60000]), 'unsupported', /60000 samples/],
    ['a TIFF of an unknown compression', tagged('rgb-little.tif', [COMPRESSION, 31337]), 'unsupported', /unknown \(31337\) compression/],
    ['a TIFF that is said to be LZW', tagged('rgb-little.tif', [COMPRESSION, 5]), 'corrupt', /this TIFF file/],
    ['a TIFF that is said to be deflated', tagged('rgb-little.tif', [COMPRESSION, 8]), 'corrupt', /cannot be decompressed/],
    ['a TIFF that is said to be a JPEG', tagged('rgb-little.tif', [COMPRESSION, 7]), 'corrupt', /JPEG/],
    ['a TIFF with the predictor of floats', tagged('rgb-little.tif', [PREDICTOR, 3]), 'unsupported', /predictor 3/],
    ['a GIF without a picture', gif([]).fill(0x3b, 25, 26), 'corrupt', /holds no image/],
    ['a GIF with codes that stand for nothing', gif([0xff, 0xff]), 'corrupt', /cannot be decompressed/],
    ['a GIF whose codes end early', gif([0x84, 0x51]), 'corrupt', /truncated/],
    ['a GIF that says its picture is over', gif([0x2c]), 'corrupt', /truncated/],
    ['a GIF of pixels with too many bits', gif([0], { rootBits: 12 }), 'corrupt', /12 bits/],
    [
      'a GIF with a colour outside of its palette',
      gif([0x1c, 0xc7, 0x71, 0x1c, 0xc7, 0x71, 0x1c, 0xc7, 0x71, 0x1c, 0xc7, 0x71], { colours: 2 }),
      'corrupt',
      /palette of 2/,
    ],
  ];

  it.each(HOSTILE)('%s', async (_, bytes, kind, words) => {
    const error = await refusal(bytes);
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(words);
  });

  it('strips that decompress to far more than their rows', () => {
    expect(() => unpackSegment(deflateSync(new Uint8Array(4_000_000)), 100, 'deflate', 'photo.tif')).toThrow(/cannot be decompressed/);
  });

  it('strips that decompress to fewer bytes than their rows have', () => {
    for (const packed of [[], [9], [5, 1, 2], [0x81, 7], [128, 128]])
      expect(() => unpackSegment(Uint8Array.from(packed), 200, 'PackBits', 'photo.tif')).toThrow(/bytes of pixels, not 200/);
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
      'placed-transparent.gif',
      'rgb-tiff_lzw.tif',
      'gray-4.tif',
      'planes.tif',
      'tiles-big.tif',
      'jpeg-ycbcr.tif',
    ]) {
      const bytes = readImageFile(name);
      for (let i = 0; i < 100; i++) {
        const damaged = bytes.slice();
        // the front of most formats, the end of most TIFFs, is their directory
        const within = Math.min(bytes.length, 400);
        damaged[i % 2 ? (i * 7919) % within : bytes.length - 1 - ((i * 7919) % within)] = (i * 151 + 85) & 255;
        const error: unknown = await decodeImage(damaged, name).then(
          () => undefined,
          (e: unknown) => e,
        );
        if (error !== undefined) expect(error, `${name}, damage ${i}`).toBeInstanceOf(InspectumError);
      }
    }
  });
});
