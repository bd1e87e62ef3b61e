import { InspectumError } from '../../tensor/errors.ts';
import { MAX_PIXELS } from '../image.ts';

/** The formats that are read, for messages. */
export const FORMATS_READ = 'JPEG, PNG, WebP, GIF, TIFF and BMP';

export const corrupt = (name: string, what: string, cause?: unknown): InspectumError =>
  new InspectumError('corrupt', `${name}: ${what}`, cause === undefined ? undefined : { cause });

export const truncated = (name: string, format: string): InspectumError =>
  corrupt(name, `this ${format} file is truncated: it ends before the image does. Copy or download it again.`);

export const unsupported = (name: string, what: string): InspectumError =>
  new InspectumError('unsupported', `${name}: ${what} Save it as a plain JPEG or PNG.`);

/** Called before pixels are allocated. @throws InspectumError 'corrupt' (no pixels), 'too-large' */
export function checkSize(name: string, width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw corrupt(name, `the file says that the image is ${width}×${height} pixels.`);
  if (width * height > MAX_PIXELS)
    throw new InspectumError(
      'too-large',
      `${name}: the image is ${width}×${height} pixels (${Math.round((width * height) / 1e6)} megapixels); at most ${MAX_PIXELS / 1e6} are read. Make it smaller first.`,
    );
}
