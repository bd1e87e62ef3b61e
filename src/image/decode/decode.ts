import type { RgbaImage } from '../image.ts';
import { decodeBmp } from './bmp.ts';
import { decodeGif } from './gif.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodePng } from './png.ts';
import { corrupt, FORMATS_READ, unsupported } from './problems.ts';
import { decodeTiff } from './tiff.ts';
import { decodeWebp } from './webp.ts';

interface ImageFormat {
  readonly name: string;
  /** Looks at the first bytes, given as Latin-1. */
  readonly matches: (head: string) => boolean;
  /** Missing where the format is known, but not read. */
  readonly decode?: (bytes: Uint8Array, name: string) => RgbaImage | Promise<RgbaImage>;
}

const HEAD_BYTES = 16;
const begins =
  (...magics: string[]) =>
  (head: string): boolean =>
    magics.some((magic) => head.startsWith(magic));

const FORMATS: readonly ImageFormat[] = [
  { name: 'JPEG', matches: begins('\xff\xd8\xff'), decode: decodeJpeg },
  { name: 'PNG', matches: begins('\x89PNG\r\n\x1a\n'), decode: decodePng },
  { name: 'WebP', matches: (head) => head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP', decode: decodeWebp },
  { name: 'BMP', matches: begins('BM'), decode: decodeBmp },
  { name: 'GIF', matches: begins('GIF87a', 'GIF89a'), decode: decodeGif },
  { name: 'TIFF', matches: begins('II*\0', 'MM\0*', 'II+\0', 'MM\0+'), decode: decodeTiff },
  { name: 'HEIC or AVIF', matches: (head) => head.slice(4, 8) === 'ftyp' && /^(hei|hev|mif|msf|avi)/.test(head.slice(8)) },
  { name: 'JPEG XL', matches: begins('\xff\x0a', '\0\0\0\x0cJXL ') },
  { name: 'JPEG 2000', matches: begins('\0\0\0\x0cjP  ', '\xff\x4f\xff\x51') },
];

/**
 * Decodes an image file, told by its content, into an upright picture. Samples of 16 bits become 8 by their high byte (0 to 65535 is 0 to 255), those
 * of fewer than 8 are stretched.
 * @param name of the file, for messages
 * @throws InspectumError 'corrupt' (no image, or a broken or truncated one), 'unsupported' (a kind that is not read), 'too-large' (over
 * MAX_PIXELS, seen before anything is allocated)
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<RgbaImage> {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const format = FORMATS.find(({ matches }) => matches(head));
  if (!format) throw corrupt(name, `is not an image that is known here. ${FORMATS_READ} are read.`);
  if (!format.decode) throw unsupported(name, `is a ${format.name} image, which is not read; ${FORMATS_READ} are.`);
  return await format.decode(bytes, name);
}
