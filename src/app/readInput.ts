import { readFile } from 'node:fs/promises';
import type { InputImage } from '../protocol/model.ts';
import { InspectumError } from '../tensor/errors.ts';
import { readNpy } from '../tensor/npy.ts';
import { formatShape } from '../tensor/shape.ts';
import { type Tensor, tensor, toFloat32, toNumbers } from '../tensor/tensor.ts';
import type { Feeds } from './attribute.ts';
import { nearest } from './findLayer.ts';
import type { Model } from './model.ts';
import { prepareImage } from './readImage.ts';

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
  const feeds: Record<string, Tensor> = {};
  let image: InputImage | undefined;
  for (const source of sources) {
    const { name, file } = split(source, names);
    if (file.toLowerCase().endsWith('.npy')) {
      const port = name ?? model.input?.port ?? names[0] ?? '';
      feeds[port] = asInput(model, port, await readNpyFile(file), file);
      continue;
    }
    const prepared = await prepareImage(model, { path: file });
    image = prepared.image;
    Object.assign(feeds, prepared.feeds);
  }
  const missing = names.filter((n) => !Object.hasOwn(feeds, n));
  if (missing.length)
    throw new InspectumError(
      'usage',
      `${model.path}: needs ${names.length} inputs, and nothing was given for ${missing.join(', ')}. Give each with --input NAME=FILE.`,
    );
  return { feeds, ...(image && { image }) };
}

function split(source: string, names: readonly string[]): { name?: string; file: string } {
  const at = source.indexOf('=');
  if (at < 0) return { file: source };
  const name = source.slice(0, at);
  if (names.includes(name)) return { name, file: source.slice(at + 1) };
  if (/[\\/.]/.test(name)) return { file: source };
  throw new InspectumError(
    'usage',
    `--input: the model has no input ${JSON.stringify(name)}. Its inputs are: ${nearest(name, names).join(', ')}.`,
  );
}

async function readNpyFile(file: string): Promise<Tensor> {
  try {
    return readNpy(await readFile(file), file);
  } catch (cause) {
    if (cause instanceof InspectumError) throw cause;
    throw new InspectumError('missing', `${file}: cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
}

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
  switch (dtype) {
    case 'float32':
      return toFloat32(value);
    case 'int64':
      return tensor(
        'int64',
        value.dims,
        BigInt64Array.from(toNumbers(value), (v) => BigInt(Math.round(v))),
      );
    case 'int32':
      return tensor('int32', value.dims, Int32Array.from(toNumbers(value)));
    case 'uint8':
      return tensor('uint8', value.dims, Uint8Array.from(toNumbers(value)));
    default:
      throw new InspectumError(
        'unsupported',
        `${file}: holds ${value.dtype}, but the input ${name} takes ${dtype}, which cannot be fed from a file.`,
      );
  }
}
