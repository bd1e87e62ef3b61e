import type { RgbaImage } from '../image.ts';
import { checkSize, corrupt, truncated, unsupported } from './problems.ts';

const FILE_HEADER = 14;
const CORE_HEADER = 12;
const RGB = 0;
const BITFIELDS = 3;
const ALPHA_BITFIELDS = 6;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  /** Where the pixels begin. */
  readonly pixels: number;
  /** Colours as blue, green, red and perhaps one byte more. */
  readonly palette: { readonly at: number; readonly entryBytes: 3 | 4; readonly entries: number };
  /** Bits of red, green, blue and alpha (0: none) of 16 and 32 bits per pixel. */
  readonly masks: readonly [number, number, number, number];
}

function readHeader(view: DataView, name: string): Header {
  if (view.byteLength < FILE_HEADER + CORE_HEADER) throw truncated(name, 'BMP');
  const pixels = view.getUint32(10, true);
  const size = view.getUint32(FILE_HEADER, true);
  const core = size === CORE_HEADER;
  if (!core && size < 40) throw corrupt(name, `the header of this BMP file has ${size} bytes, which no version of the format has.`);
  if (FILE_HEADER + size > view.byteLength) throw truncated(name, 'BMP');
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const rows = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? RGB : view.getUint32(30, true);
  const height = Math.abs(rows);
  checkSize(name, width, height);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw corrupt(name, `this BMP file says that a pixel has ${bits} bits.`);
  const fields = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  if (fields && bits !== 16 && bits !== 32) throw corrupt(name, `this BMP file has bit fields for pixels of ${bits} bits.`);
  if (!fields && compression !== RGB) throw unsupported(name, 'this BMP is compressed, which is not read.');
  const masksAt = FILE_HEADER + 40;
  if (fields && masksAt + 16 > view.byteLength) throw truncated(name, 'BMP');
  // With a header of 40 bytes the masks follow it, in larger ones they are at the same place within.
  const maskBytes = fields && size === 40 ? (compression === ALPHA_BITFIELDS ? 16 : 12) : 0;
  const used = core ? 0 : view.getUint32(46, true);
  const paletteAt = FILE_HEADER + size + maskBytes;
  const entryBytes = core ? 3 : 4;
  const room = Math.max(0, Math.floor((Math.min(pixels, view.byteLength) - paletteAt) / entryBytes));
  const entries = bits > 8 ? 0 : Math.min(used || 2 ** bits, 2 ** bits, room);
  const standard = bits === 16 ? ([0x7c00, 0x03e0, 0x001f, 0] as const) : ([0xff0000, 0xff00, 0xff, 0] as const);
  const mask = (i: number): number => view.getUint32(masksAt + i * 4, true);
  const hasAlpha = size >= 56 || compression === ALPHA_BITFIELDS;
  return {
    width,
    height,
    topDown: rows < 0,
    bits,
    pixels,
    palette: { at: paletteAt, entryBytes, entries },
    masks: fields ? [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0] : standard,
  };
}

/** From a pixel's integer to one channel's 0 to 255. */
type Channel = (pixel: number) => number;

function channelOf(mask: number): Channel {
  if (mask === 0) return () => 0;
  const shift = Math.log2((mask & -mask) >>> 0);
  const most = mask >>> shift;
  return most === 255 ? (pixel) => (pixel >>> shift) & 255 : (pixel) => Math.trunc((((pixel & mask) >>> shift) * 255) / most);
}

/**
 * Decodes a BMP: 1, 4, 8 bits with palette, 16, 24, 32 bits, plain or with bit fields, from the bottom up or the top down.
 * @throws InspectumError 'corrupt', 'unsupported' (compressed ones), 'too-large'
 */
export function decodeBmp(bytes: Uint8Array, name: string): RgbaImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { width, height, topDown, bits, pixels, palette, masks } = readHeader(view, name);
  const line = Math.ceil((width * bits) / 32) * 4;
  if (pixels + line * height > bytes.length) throw truncated(name, 'BMP');
  const data = new Uint8Array(width * height * 4).fill(255);
  const [red, green, blue, alpha] = masks.map(channelOf) as [Channel, Channel, Channel, Channel];
  for (let y = 0; y < height; y++) {
    const row = pixels + (topDown ? y : height - 1 - y) * line;
    let to = y * width * 4;
    for (let x = 0; x < width; x++, to += 4) {
      if (bits === 24) {
        const at = row + x * 3;
        data[to] = bytes[at + 2] as number;
        data[to + 1] = bytes[at + 1] as number;
        data[to + 2] = bytes[at] as number;
      } else if (bits > 8) {
        const pixel = bits === 16 ? view.getUint16(row + x * 2, true) : view.getUint32(row + x * 4, true);
        data[to] = red(pixel);
        data[to + 1] = green(pixel);
        data[to + 2] = blue(pixel);
        if (masks[3] !== 0) data[to + 3] = alpha(pixel);
      } else {
        const bit = x * bits;
        const index = ((bytes[row + (bit >> 3)] as number) >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
        if (index >= palette.entries)
          throw corrupt(name, `a pixel of this BMP file has colour ${index} of a palette of ${palette.entries}.`);
        const at = palette.at + index * palette.entryBytes;
        data[to] = bytes[at + 2] as number;
        data[to + 1] = bytes[at + 1] as number;
        data[to + 2] = bytes[at] as number;
      }
    }
  }
  return { width, height, data };
}
