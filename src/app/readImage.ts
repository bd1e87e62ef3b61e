import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeImage } from '../image/decode/decode.ts';
import { geometryForSize } from '../image/geometry.ts';
import type { RgbImage } from '../image/image.ts';
import { preprocess } from '../image/preprocess.ts';
import { shrinkTo } from '../image/resize.ts';
import type { InputImage, Picture } from '../protocol/model.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Model } from './model.ts';

export type ImageSource = { readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };

const MAX_FILE_BYTES = 256 * 2 ** 20;

/** An image made ready for a model: the tensor to feed, and what is shown of it. */
export interface PreparedImage {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly image: InputImage;
}

/**
 * Reads, decodes and preprocesses an image for a model.
 * @throws InspectumError 'missing' or 'too-large' (the file), 'corrupt' (not an image that can be read), 'unsupported' (a model
 * without an image input)
 */
export async function prepareImage(model: Model, source: ImageSource): Promise<PreparedImage> {
  const { input } = model;
  if (!input)
    throw new InspectumError(
      'unsupported',
      `${model.path}: no input takes an image (${inputList(model)}). Give its inputs as .npy files on the command line.`,
    );
  const { name, bytes } = 'path' in source ? { name: source.path, bytes: await readBytes(source.path) } : source;
  const upright = await decodeImage(bytes, name);
  const { tensor, seen, geometry } = preprocess(upright, input.preprocessing);
  const shown = shrinkTo(upright, SHOWN);
  return {
    feeds: { [input.port]: tensor },
    image: {
      name,
      original: picture(shown),
      network: picture(seen),
      geometry: geometryForSize(geometry, shown),
    },
  };
}

/** Longer side of the picture that is sent to be shown, in pixels. */
const SHOWN = 1600;

const picture = ({ width, height, data }: RgbImage): Picture => ({
  width,
  height,
  rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

export const inputList = (model: Model): string => model.summary.inputs.map((i) => `${i.name}: ${i.dtype} ${i.shape}`).join(', ');

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES) throw new InspectumError('too-large', `${file}: is larger than ${MAX_FILE_BYTES / 2 ** 20} MB.`);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof InspectumError) throw cause;
    throw new InspectumError('missing', `${path.resolve(file)}: cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
}
