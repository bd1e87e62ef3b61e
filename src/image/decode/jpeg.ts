import mozjpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import wasm from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import type { RgbaImage } from '../image.ts';
import { type CodecFactory, codec } from './codec.ts';
import { exifOrientation, type Orientation } from './exif.ts';
import { checkSize, corrupt, truncated, unsupported } from './problems.ts';
import { upright } from './upright.ts';

interface MozJpeg {
  decode(bytes: Uint8Array, preserveOrientation: boolean): RgbaImage | null;
}

const start = codec(mozjpeg as unknown as CodecFactory<MozJpeg>, wasm);

const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const APP1 = 0xe1;
const EXIF = 'Exif\0\0';
/** Frame headers C0 to CF, but for DHT, JPG and DAC. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** Restart markers and the stuffed zero stand within a scan's data. */
const isScanData = (marker: number): boolean => marker === 0 || (marker >= 0xd0 && marker <= 0xd7);

interface Header {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly orientation: Orientation;
}

/** Walks the file's segments up to the end of the image. @throws InspectumError where one is missing or the file ends before */
function readHeader(bytes: Uint8Array, name: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: Omit<Header, 'orientation'> | undefined;
  let orientation: Orientation = 1;
  let scanned = false;
  let at = 2;
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 2 > bytes.length) throw truncated(name, 'JPEG');
    const marker = bytes[at + 1] as number;
    if (bytes[at] !== 0xff || (isScanData(marker) && scanned)) {
      if (!scanned) throw corrupt(name, `this JPEG file has no marker at byte ${at}, where one should be.`);
      at = nextMarker(bytes, at);
      continue;
    }
    if (marker === END_OF_IMAGE) break;
    if (at + 4 > bytes.length) throw truncated(name, 'JPEG');
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (length < 2) throw corrupt(name, `this JPEG file has a segment of no length at byte ${at}.`);
    if (end > bytes.length) throw truncated(name, 'JPEG');
    if (isFrame(marker) && !frame) {
      if (length < 8) throw corrupt(name, 'the frame header of this JPEG file is too short.');
      frame = { height: view.getUint16(at + 5), width: view.getUint16(at + 7), components: view.getUint8(at + 9) };
    }
    if (marker === APP1 && !scanned && latin1(bytes, at + 4, EXIF.length) === EXIF)
      orientation = exifOrientation(bytes.subarray(at + 4 + EXIF.length, end));
    if (marker === START_OF_SCAN) scanned = true;
    at = end;
  }
  if (!frame || !scanned) throw corrupt(name, 'this JPEG file holds no image.');
  return { ...frame, orientation };
}

/** Where the next marker that ends a scan's data may be; the file's end if there is none. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1))
    if (at + 1 < bytes.length && !isScanData(bytes[at + 1] as number)) return at;
  return bytes.length;
}

const latin1 = (bytes: Uint8Array, from: number, length: number): string => String.fromCharCode(...bytes.subarray(from, from + length));

/** A decoded JPEG as it is stored, and how it is to be turned. */
interface DecodedJpeg {
  readonly image: RgbaImage;
  readonly orientation: Orientation;
}

/**
 * A decoder for one JPEG or for the parts of one picture: gray or YCbCr/RGB, baseline or progressive.
 * @param check throws where a picture of that size is not to be decoded
 * @returns a function that throws InspectumError 'corrupt', 'unsupported' (CMYK), and what `check` throws
 */
export function jpegDecoder(
  check: (name: string, width: number, height: number) => void,
): (bytes: Uint8Array, name: string) => Promise<DecodedJpeg> {
  const complaints: string[] = [];
  let decoder: MozJpeg | undefined;
  return async (bytes, name) => {
    const { width, height, components, orientation } = readHeader(bytes, name);
    check(name, width, height);
    if (components !== 1 && components !== 3)
      throw unsupported(name, `this JPEG has ${components} colour components (CMYK, say); gray and RGB ones are read.`);
    let image: RgbaImage | null = null;
    try {
      decoder ??= await start((line) => complaints.push(line));
      image = decoder.decode(bytes, false);
    } catch (cause) {
      throw corrupt(name, `this JPEG file cannot be decoded${because(complaints)}.`, cause);
    }
    if (image?.width !== width || image.height !== height) throw corrupt(name, `this JPEG file cannot be decoded${because(complaints)}.`);
    return { image, orientation };
  };
}

/**
 * Decodes a JPEG and turns it upright by its EXIF orientation.
 * @throws InspectumError 'corrupt', 'unsupported' (CMYK), 'too-large'
 */
export async function decodeJpeg(bytes: Uint8Array, name: string): Promise<RgbaImage> {
  const { image, orientation } = await jpegDecoder(checkSize)(bytes, name);
  return upright(image, orientation);
}

const because = (complaints: readonly string[]): string => (complaints.length ? ` (${complaints.join('; ')})` : '');
