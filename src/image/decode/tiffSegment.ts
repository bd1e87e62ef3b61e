import { inflateSync } from 'node:zlib';
import { unpackLzw } from './lzw.ts';
import { corrupt } from './problems.ts';
import type { Compression, TiffLayout } from './tiffLayout.ts';

/** What may follow the pixels in deflated data. */
const SLACK = 4096;

/** What is not an image format of its own. */
export type PlainCompression = Exclude<Compression, 'JPEG'>;

type Unpack = (packed: Uint8Array, size: number, name: string) => Uint8Array;

/** To at least `size` bytes where the data is whole, fewer where it is not. */
const UNPACK: Readonly<Record<PlainCompression, Unpack>> = {
  none: (packed) => packed,
  LZW: (packed, size, name) => {
    const { data, filled, valid } = unpackLzw(packed, size, 'tiff');
    if (!valid) throw corrupt(name, 'the pixels of this TIFF file cannot be decompressed.');
    return data.subarray(0, filled);
  },
  deflate: (packed, size, name) => {
    try {
      return inflateSync(packed, { maxOutputLength: size + SLACK });
    } catch (cause) {
      throw corrupt(name, `the pixels of this TIFF file cannot be decompressed (${(cause as Error).message}).`, cause);
    }
  },
  PackBits: unpackBits,
};

/** Bytes of a strip or tile, `size` of them. @throws InspectumError 'corrupt' where it holds fewer */
export function unpackSegment(packed: Uint8Array, size: number, compression: PlainCompression, name: string): Uint8Array {
  const data = UNPACK[compression](packed, size, name);
  if (data.length < size) throw corrupt(name, `a part of this TIFF file has ${data.length} bytes of pixels, not ${size}.`);
  return data.subarray(0, size);
}

/** Runs of PackBits: a count of literal bytes, or a byte to repeat. */
function unpackBits(packed: Uint8Array, size: number): Uint8Array {
  const data = new Uint8Array(size);
  let to = 0;
  for (let at = 0; at < packed.length && to < size; ) {
    const head = packed[at++] as number;
    if (head < 128) {
      const literal = packed.subarray(at, Math.min(at + head + 1, at + size - to));
      data.set(literal, to);
      at += head + 1;
      to += literal.length;
    } else if (head > 128 && at < packed.length) {
      data.fill(packed[at++] as number, to, to + 257 - head);
      to = Math.min(size, to + 257 - head);
    }
  }
  return data.subarray(0, to);
}

/**
 * Undoes predictor 2 of samples of 8 or 16 bits.
 * @param lineBytes of a line of pixels
 * @param samples that lie side by side
 */
export function undoDifferences(
  segment: Uint8Array,
  lineBytes: number,
  samples: number,
  { depth, littleEndian }: Pick<TiffLayout, 'depth' | 'littleEndian'>,
): Uint8Array {
  const data = Uint8Array.from(segment);
  const bytes = depth / 8;
  const distance = samples * bytes;
  const high = littleEndian ? bytes - 1 : 0;
  const low = bytes - 1 - high;
  for (let line = 0; line < data.length; line += lineBytes)
    for (let i = line + distance; i < line + lineBytes; i += bytes) {
      const sum = (data[i + low] as number) + (data[i - distance + low] as number);
      data[i + low] = sum;
      if (bytes === 2) data[i + high] = (data[i + high] as number) + (data[i - distance + high] as number) + (sum >> 8);
    }
  return data;
}
