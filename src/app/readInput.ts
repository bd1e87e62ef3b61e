import { existsSync } from 'node:fs';
import path from 'node:path';
import type { InputImage } from '../protocol/model.ts';
import type { DType } from '../tensor/dtype.ts';
import { InspectumError } from '../tensor/errors.ts';
import { fromNumbers } from '../tensor/fromNumbers.ts';
import { readNpy } from '../tensor/npy.ts';
import { formatShape } from '../tensor/shape.ts';
import { isMemoryDType, type Tensor, toNumbers } from '../tensor/tensor.ts';
import type { Feeds } from './attribute.ts';
import type { Model } from './model.ts';
import { inputList, prepareImage, readBytes } from './readImage.ts';

export interface ReadInput {
  readonly feeds: Feeds;
  /** Present where an image was given. */
  readonly image?: InputImage;
}

/**
 * Feeds from what `--input` says: `FILE`, or `NAME=FILE` for models of several inputs; a .npy file is fed as it is, anything else is
 * an image.
 * @throws InspectumError 'usage' when an input is unknown, missing, or of another shape
 */
export async function readInputs(model: Model, sources: readonly string[]): Promise<ReadInput> {
  const names = model.graph.inputs.map((i) => i.name);
  const feeds = new Map<string, Tensor>();
  let image: InputImage | undefined;
  for (const source of sources) {
    const { name, file } = split(source, names);
    const port = name ?? model.input?.port ?? names[0] ?? '';
    if (feeds.has(port)) throw new InspectumError('usage', `--input: ${port} is given twice. Name the inputs: --input NAME=FILE.`);
    if (path.extname(file).toLowerCase() === '.npy') {
      feeds.set(port, asInput(model, port, await readNpyFile(file), file));
      continue;
    }
    const prepared = await prepareImage(model, file, port);
    image ??= prepared.image;
    for (const [name, fed] of Object.entries(prepared.feeds)) feeds.set(name, fed);
  }
  const missing = names.filter((n) => !feeds.has(n));
  if (missing.length)
    throw new InspectumError(
      'usage',
      `${model.path}: needs ${names.length} inputs (${inputList(model)}), and nothing was given for ${missing.join(', ')}. Give each with --input NAME=FILE.`,
    );
  return { feeds: Object.fromEntries(feeds), ...(image && { image }) };
}

/** `NAME=FILE` or `FILE`; a file whose own name has a "=" is taken as a file where it is there. */
function split(source: string, names: readonly string[]): { name?: string; file: string } {
  const name = names.find((n) => source.startsWith(`${n}=`));
  if (name !== undefined) return { name, file: source.slice(name.length + 1) };
  const at = source.indexOf('=');
  if (at < 0 || existsSync(source) || /[\\/]/.test(source.slice(0, at))) return { file: source };
  throw new InspectumError(
    'usage',
    `--input: the model has no input ${JSON.stringify(source.slice(0, at))}. Its inputs are: ${names.join(', ')}.`,
  );
}

const readNpyFile = async (file: string): Promise<Tensor> => readNpy(await readBytes(file), file);

/** The tensor in the input's dtype; its shape must be the input's. */
function asInput(model: Model, name: string, value: Tensor, file: string): Tensor {
  const { shape, dtype = 'float32' } = model.graph.inputs.find((i) => i.name === name) ?? {};
  const fits = !shape || (shape.length === value.dims.length && shape.every((d, i) => typeof d !== 'number' || d === value.dims[i]));
  if (!fits)
    throw new InspectumError(
      'usage',
      `${file}: has the shape ${formatShape(value.dims)}, but the input ${name} takes ${formatShape(shape)}.`,
    );
  if (value.dtype === dtype) return value;
  if (dtype === 'string' || !isMemoryDType(dtype))
    throw new InspectumError(
      'unsupported',
      `${file}: holds ${value.dtype}, but the input ${name} takes ${dtype}, which cannot be fed from a file.`,
    );
  const numbers = Array.from(toNumbers(value));
  const range = INTEGER_RANGES[dtype];
  const wrong = range && numbers.find((n) => !Number.isInteger(n) || n < range[0] || n > range[1]);
  if (wrong !== undefined)
    throw new InspectumError('usage', `${file}: holds ${wrong}, but the input ${name} takes ${dtype}. Save the array in that type.`);
  return fromNumbers(dtype, value.dims, numbers);
}

const INTEGER_RANGES: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  bool: [0, 1],
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 2 ** 16 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint32: [0, 2 ** 32 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint64: [0, Number.MAX_SAFE_INTEGER],
  int64: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};
