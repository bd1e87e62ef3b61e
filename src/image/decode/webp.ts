import webp from '@jsquash/webp/codec/dec/webp_dec.js';
import wasm from '@jsquash/webp/codec/dec/webp_dec.wasm';
import type { RgbaImage, Size } from '../image.ts';
import { type CodecFactory, codec } from './codec.ts';
import { exifOrientation, type Orientation } from './exif.ts';
import { checkSize, corrupt, truncated, unsupported } from './problems.ts';
import { upright } from './upright.ts';

interface WebP {
  decode(bytes: Uint8Array): RgbaImage | null;
}

const start = codec(webp as unknown as CodecFactory<WebP>, wasm);

const ANIMATED = 0x02;
/** A file may lack the last byte of padding. */
const PADDING = 1;

interface Header {
  readonly size: Size;
  readonly orientation: Orientation;
}

/** Walks the RIFF chunks. @throws InspectumError where the file ends before them, or holds no or a moving image */
function readHeader(bytes: Uint8Array, name: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length + PADDING) throw truncated(name, 'WebP');
  let size: Size | undefined;
  let orientation: Orientation = 1;
  for (let at = 12; at + 8 <= Math.min(end, bytes.length); ) {
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const body = at + 8;
    if (body + length > bytes.length) throw truncated(name, 'WebP');
    const read = SIZES[type];
    if (read && !size) {
      if (length < 10) throw corrupt(name, 'the header of this WebP file is too short.');
      size = read(view, body);
      if (type === 'VP8X' && (view.getUint8(body) & ANIMATED) !== 0)
        throw unsupported(name, 'this WebP is an animation, which is not read.');
    }
    if (type === 'EXIF') orientation = exifOrientation(withoutPreamble(bytes.subarray(body, body + length)));
    at = body + length + (length % 2);
  }
  if (!size) throw corrupt(name, 'this WebP file holds no image.');
  return { size, orientation };
}

const uint24 = (view: DataView, at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

/** Width and height as each chunk that can come first has them; its data begins at `at`. */
const SIZES: Readonly<Record<string, (view: DataView, at: number) => Size>> = {
  VP8X: (view, at) => ({ width: 1 + uint24(view, at + 4), height: 1 + uint24(view, at + 7) }),
  'VP8 ': (view, at) => ({ width: view.getUint16(at + 6, true) & 0x3fff, height: view.getUint16(at + 8, true) & 0x3fff }),
  VP8L: (view, at) => {
    const bits = view.getUint32(at + 1, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  },
};

/** Some writers put JPEG's "Exif\0\0" before the TIFF header. */
const withoutPreamble = (exif: Uint8Array): Uint8Array => (exif[0] === 0x45 && exif[1] === 0x78 ? exif.subarray(6) : exif);

/**
 * Decodes a still WebP (lossy, lossless, with or without alpha) and turns it upright by its EXIF orientation.
 * @throws InspectumError 'corrupt', 'unsupported' (an animation), 'too-large'
 */
export async function decodeWebp(bytes: Uint8Array, name: string): Promise<RgbaImage> {
  const { size, orientation } = readHeader(bytes, name);
  checkSize(name, size.width, size.height);
  let decoded: RgbaImage | null = null;
  try {
    decoded = (await start(() => undefined)).decode(bytes);
  } catch (cause) {
    throw corrupt(name, 'this WebP file cannot be decoded.', cause);
  }
  if (decoded?.width !== size.width || decoded.height !== size.height) throw corrupt(name, 'this WebP file cannot be decoded.');
  return upright(decoded, orientation);
}
