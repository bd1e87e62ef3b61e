import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasTransparency, withoutAlpha } from '../../image/alpha.ts';
import { decodeImage } from '../../image/decode/decode.ts';
import { geometryForSize } from '../../image/geometry.ts';
import type { RgbaImage, RgbImage } from '../../image/image.ts';
import { preprocess } from '../../image/preprocess.ts';
import { shrinkTo } from '../../image/resize.ts';
import type { InputImage, Picture } from '../../protocol/model.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Model } from '../model.ts';
import { truthOf } from '../target/truth.ts';
import type { ResolvedInput } from './convention.ts';

const MAX_FILE_BYTES = 256 * 2 ** 20;

/** An image made ready for a model: the tensor to feed, and what is shown of it. */
export interface PreparedImage {
  readonly feed: Tensor;
  readonly image: InputImage;
}

/**
 * How an input takes an image.
 * @throws InspectumError 'unsupported' where it takes none
 */
export function imageInputOf(model: Model, port: string, file: string): ResolvedInput {
  const input = model.imageInput(port);
  if (!input)
    throw new InspectumError(
      'unsupported',
      `${file}: ${port ? `the input ${port}` : 'no input'} of ${model.path} takes no image (its inputs are ${inputList(model)}). Give such inputs as .npy files.`,
    );
  return input;
}

/** Preprocesses an image for an input of a model. @param file where it was read from */
export function prepareImage(model: Model, file: string, decoded: RgbaImage, input: ResolvedInput): PreparedImage {
  const { tensor: pixels, seen, geometry } = feedOf(decoded, input);
  const shown = shrinkTo(withoutAlpha(decoded, input.preprocessing.background), SHOWN);
  const classes = model.classCount();
  const truth = classes === undefined ? undefined : truthOf(path.resolve(file), { ...model.naming, classes });
  return {
    feed: pixels,
    image: {
      name: file,
      original: picture(shown),
      network: picture(seen),
      geometry: geometryForSize(geometry, shown),
      hasAlpha: hasTransparency(decoded),
      ...(truth && { truth }),
    },
  };
}

/** The upright picture in an image file. @throws InspectumError as `readBytes` and the decoders do */
export const decodeFile = async (file: string): Promise<RgbaImage> => decodeImage(await readBytes(file), file);

/** What an image input is fed for a picture, and what the network sees of it. */
export function feedOf(upright: RgbaImage, { preprocessing, dtype }: Pick<ResolvedInput, 'preprocessing' | 'dtype'>) {
  const { tensor: pixels, ...rest } = preprocess(upright, preprocessing);
  return { ...rest, tensor: cast(pixels, dtype) };
}

/** Quantised networks take whole numbers. */
function cast({ dims, data }: Tensor<'float32'>, dtype: ResolvedInput['dtype']): Tensor {
  switch (dtype) {
    case 'float32':
      return tensor('float32', dims, data);
    case 'uint8':
      return tensor('uint8', dims, Uint8Array.from(Uint8ClampedArray.from(data)));
    case 'int8':
      return tensor(
        'int8',
        dims,
        Int8Array.from(data, (v) => Math.max(-128, Math.min(127, Math.round(v)))),
      );
  }
}

/** Longer side of the picture that is sent to be shown, in pixels. */
const SHOWN = 1600;

const picture = ({ width, height, data }: RgbImage): Picture => ({
  width,
  height,
  rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

export const inputList = (model: Model): string => model.summary.inputs.map((i) => `${i.name}: ${i.dtype} ${i.shape}`).join(', ');

/** A whole file. @throws InspectumError 'missing' or 'too-large' */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new InspectumError('missing', `${file}: is not a file.`);
    const { size } = found;
    if (size > MAX_FILE_BYTES) throw new InspectumError('too-large', `${file}: is larger than ${MAX_FILE_BYTES / 2 ** 20} MB.`);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof InspectumError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new InspectumError('missing', `${file}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}.`, { cause });
  }
}
