import { inflateSync } from 'node:zlib';
import type { RgbaImage } from '../image.ts';
import { exifOrientation, type Orientation } from './exif.ts';
import { unfilter } from './pngFilters.ts';
import { PALETTE, pixelWriter } from './pngPixels.ts';
import { checkSize, corrupt, truncated } from './problems.ts';
import { upright } from './upright.ts';

const SIGNATURE_BYTES = 8;
const CHUNK_OVERHEAD = 12;
/** What may follow the pixels in the compressed data. */
const SLACK = 65536;

/** Samples per pixel, and the depths that the standard allows, by colour type. */
const COLOUR_TYPES: Readonly<Record<number, { readonly samples: number; readonly depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly samples: number;
  readonly interlaced: boolean;
}

interface Chunks {
  readonly header: Header;
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
  readonly compressed: Uint8Array;
  readonly orientation: Orientation;
}

function readHeader(view: DataView, at: number, length: number, name: string): Header {
  if (length !== 13) throw corrupt(name, `the header of this PNG file has ${length} bytes, not 13.`);
  const [width, height] = [view.getUint32(at), view.getUint32(at + 4)];
  const [depth, colourType, compression, filter, interlace] = [0, 1, 2, 3, 4].map((i) => view.getUint8(at + 8 + i)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const type = COLOUR_TYPES[colourType];
  if (!type?.depths.includes(depth))
    throw corrupt(name, `this PNG file says colour type ${colourType} with ${depth} bits, which does not exist.`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    throw corrupt(name, 'this PNG file names a compression, filter or interlacing that does not exist.');
  checkSize(name, width, height);
  return { width, height, depth, colourType, samples: type.samples, interlaced: interlace === 1 };
}

function readChunks(bytes: Uint8Array, name: string): Chunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: Header | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let orientation: Orientation = 1;
  // a list of them would take far more memory than the file, were they of a byte each
  const compressed = new Uint8Array(bytes.length);
  let filled = 0;
  for (let at = SIGNATURE_BYTES; ; ) {
    if (at + CHUNK_OVERHEAD > bytes.length) throw truncated(name, 'PNG');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = at + 8;
    if (body + length + 4 > bytes.length) throw truncated(name, 'PNG');
    if (!header && type !== 'IHDR') throw corrupt(name, 'this PNG file does not begin with its header.');
    const chunk = bytes.subarray(body, body + length);
    if (type === 'IHDR') header = readHeader(view, body, length, name);
    else if (type === 'PLTE') palette = chunk;
    else if (type === 'tRNS') transparency = chunk;
    else if (type === 'IDAT') {
      compressed.set(chunk, filled);
      filled += length;
    } else if (type === 'eXIf') orientation = exifOrientation(chunk);
    else if (type === 'IEND') break;
    at = body + length + 4;
  }
  if (!header || filled === 0) throw corrupt(name, 'this PNG file holds no image.');
  if (header.colourType === PALETTE && !palette) throw corrupt(name, 'this PNG file has colours from a palette, but no palette.');
  return { header, palette, transparency, compressed: compressed.subarray(0, filled), orientation };
}

/** One picture of the compressed data: the whole, or one of the seven of Adam7. */
interface Pass {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

/** Adam7: first column, first row, steps. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passesOf({ width, height, interlaced }: Header): Pass[] {
  if (!interlaced) return [{ width, height, x: 0, y: 0, stepX: 1, stepY: 1 }];
  return ADAM7.map(([x, y, stepX, stepY]) => ({
    width: Math.ceil((width - x) / stepX),
    height: Math.ceil((height - y) / stepY),
    x,
    y,
    stepX,
    stepY,
  })).filter((pass) => pass.width > 0 && pass.height > 0);
}

/**
 * Decodes a PNG (every colour type and depth, interlaced or not; of an animated one its still image) and turns it upright by its EXIF
 * orientation. What is decompressed is bounded by the size that the header gives.
 * @throws InspectumError 'corrupt', 'too-large'
 */
export function decodePng(bytes: Uint8Array, name: string): RgbaImage {
  const { header, compressed, orientation, ...colours } = readChunks(bytes, name);
  const bitsPerPixel = header.samples * header.depth;
  const passes = passesOf(header).map((pass) => ({ ...pass, lineBytes: Math.ceil((pass.width * bitsPerPixel) / 8) }));
  const needed = passes.reduce((sum, { lineBytes, height }) => sum + (lineBytes + 1) * height, 0);
  let raw: Uint8Array;
  try {
    raw = inflateSync(compressed, { maxOutputLength: needed + SLACK });
  } catch (cause) {
    throw corrupt(name, `the pixels of this PNG file cannot be decompressed (${(cause as Error).message}).`, cause);
  }
  if (raw.length < needed) throw truncated(name, 'PNG');
  const pixels = new Uint32Array(header.width * header.height);
  let at = 0;
  for (const pass of passes) {
    const end = at + (pass.lineBytes + 1) * pass.height;
    const lines = unfilter(raw.subarray(at, end), pass.lineBytes, Math.max(1, bitsPerPixel >> 3), name);
    const write = pixelWriter(lines, { ...header, ...colours }, pixels, name);
    for (let y = 0; y < pass.height; y++)
      for (let x = 0, to = (pass.y + y * pass.stepY) * header.width + pass.x; x < pass.width; x++, to += pass.stepX)
        write(y * pass.lineBytes, x, to);
    at = end;
  }
  return upright({ width: header.width, height: header.height, data: new Uint8Array(pixels.buffer) }, orientation);
}
