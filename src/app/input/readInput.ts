import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Port } from '../../graph/graph.ts';
import { CHANNELS } from '../../image/channels.ts';
import type { RgbaImage } from '../../image/image.ts';
import type { InputSource } from '../../protocol/inputs.ts';
import type { InputImage } from '../../protocol/model.ts';
import { type DType, INTEGER_RANGES } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { fromNumbers } from '../../tensor/fromNumbers.ts';
import { readNpy } from '../../tensor/npy.ts';
import { formatShape, isStatic } from '../../tensor/shape.ts';
import { isMemoryDType, sizeOf, type Tensor, toNumbers } from '../../tensor/tensor.ts';
import { withLearntShapes } from '../learnShapes.ts';
import type { Feeds } from '../methods/attribute.ts';
import type { Model } from '../model.ts';
import { arrayPicture } from './arrayPicture.ts';
import { decodeFile, imageInputOf, inputList, prepareImage, readBytes } from './readImage.ts';

export interface ReadInput {
  /** The model that was given, or the same for inputs of these shapes, and with the shapes of values that only running tells. */
  readonly model: Model;
  readonly feeds: Feeds;
  /** Present where an image was given. */
  readonly image?: InputImage;
  /** The image, else an array that an image input was given as a picture. */
  readonly shown?: InputImage;
  /** Inputs without a source. */
  readonly missing: readonly string[];
}

/**
 * Feeds from the sources of inputs.
 * @param sources by input
 * @throws InspectumError 'usage' when an input is unknown or takes another shape; as files and images do otherwise
 */
export async function readSources(given: Model, sources: ReadonlyMap<string, InputSource>): Promise<ReadInput> {
  const read = new Map<string, Read>();
  for (const [name, source] of sources) read.set(name, await readSource(given, portOf(given, name), source));
  const sized = given.forInputs(dimsOf(given, read));
  const feeds = new Map<string, Tensor>();
  const pictures: InputImage[] = [];
  for (const [name, one] of read) {
    const { feed, image } = prepare(sized, portOf(sized, name), one);
    feeds.set(name, feed);
    if (image) pictures.push(image);
  }
  const image = pictures.find(({ array }) => array === undefined);
  const shown = image ?? pictures[0];
  const missing = sized.graph.inputs.map((i) => i.name).filter((name) => !feeds.has(name));
  const fed = Object.fromEntries(feeds);
  const model = missing.length === 0 ? await withLearntShapes(sized, fed) : sized;
  return { model, feeds: fed, ...(image && { image }), ...(shown && { shown }), missing };
}

/** What a source holds, before it is made ready for an input. */
type Read =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'array'; readonly file: string; readonly array: Tensor }
  | { readonly kind: 'picture'; readonly file: string; readonly picture: RgbaImage };

async function readSource(model: Model, { name }: Port, source: InputSource): Promise<Read> {
  if (source.kind === 'constant') return source;
  const file = source.path;
  if (source.kind === 'npy') return { kind: 'array', file, array: readNpy(await readBytes(file), file) };
  imageInputOf(model, name, file);
  return { kind: 'picture', file, picture: await decodeFile(file) };
}

/** Dimensions that sources give to inputs: arrays their own, pictures theirs where they are fed as they are. */
function dimsOf(model: Model, read: ReadonlyMap<string, Read>): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...read].flatMap(([name, one]): (readonly [string, readonly number[]])[] => {
      if (one.kind === 'array') return [[name, one.array.dims]];
      const input = one.kind === 'picture' ? model.imageInput(name) : undefined;
      if (one.kind !== 'picture' || input?.preprocessing.fit !== 'none') return [];
      const { width, height } = one.picture;
      const channels = CHANNELS[input.channels].length;
      return [[name, input.layout === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels]]];
    }),
  );
}

function prepare(model: Model, port: Port, read: Read): { readonly feed: Tensor; readonly image?: InputImage } {
  switch (read.kind) {
    case 'constant':
      return { feed: constantInput(port, read.value) };
    case 'array': {
      const feed = asInput(port, read.array, read.file);
      const input = model.imageInput(port.name);
      return { feed, ...(input && { image: arrayPicture(read.file, feed, input) }) };
    }
    case 'picture':
      return prepareImage(model, read.file, read.picture, imageInputOf(model, port.name, read.file));
  }
}

/**
 * Feeds from what `--input` says: `FILE`, or `NAME=FILE` and `NAME=NUMBER` for models of several inputs; a .npy file is fed as it is,
 * anything else is an image.
 * @throws InspectumError 'usage' when an input is unknown, missing, or of another shape
 */
export async function readInputs(model: Model, given: readonly string[]): Promise<ReadInput> {
  const names = model.graph.inputs.map((i) => i.name);
  const sources = new Map<string, InputSource>();
  for (const text of given) {
    const { name, file } = splitNamed(text, names, 'input');
    const port = name ?? model.input?.port ?? names[0] ?? '';
    if (sources.has(port)) throw new InspectumError('usage', `--input: ${port} is given twice. Name the inputs: --input NAME=FILE.`);
    const constant = name === undefined || file.trim() === '' ? Number.NaN : Number(file);
    if (Number.isFinite(constant) && !existsSync(file)) sources.set(port, { kind: 'constant', value: constant });
    else sources.set(port, { kind: path.extname(file).toLowerCase() === '.npy' ? 'npy' : 'image', path: file });
  }
  const read = await readSources(model, sources);
  if (read.missing.length)
    throw new InspectumError(
      'usage',
      `${model.path}: needs ${names.length} inputs (${inputList(model)}), and nothing was given for ${read.missing.join(', ')}. Give each with --input NAME=FILE or NAME=NUMBER.`,
    );
  return read;
}

function portOf({ graph, path: file }: Model, name: string): Port {
  const port = graph.inputs.find((i) => i.name === name);
  if (!port)
    throw new InspectumError(
      'usage',
      `${file}: has no input ${JSON.stringify(name)}. Its inputs are: ${graph.inputs.map((i) => i.name).join(', ')}.`,
    );
  return port;
}

/**
 * `NAME=FILE` or `FILE`; a file whose own name has a "=" is taken as a file where it is there.
 * @param names of the model's inputs
 * @throws InspectumError 'usage' where there is no such input
 */
export function splitNamed(source: string, names: readonly string[], flag: string): { name?: string; file: string } {
  const name = names.find((n) => source.startsWith(`${n}=`));
  if (name !== undefined) return { name, file: source.slice(name.length + 1) };
  const at = source.indexOf('=');
  if (at < 0 || existsSync(source) || /[\\/]/.test(source.slice(0, at))) return { file: source };
  throw new InspectumError(
    'usage',
    `--${flag}: the model has no input ${JSON.stringify(source.slice(0, at))}. Its inputs are: ${names.join(', ')}.`,
  );
}

/** An input of which every element is the same number; an open batch is 1. */
function constantInput({ name, shape, dtype = 'float32' }: Port, value: number): Tensor {
  const dims = shape?.map((dim, axis) => (axis === 0 && typeof dim === 'string' ? 1 : dim));
  if (!dims || !isStatic(dims))
    throw new InspectumError(
      'usage',
      `The input ${name} (${shape ? formatShape(shape) : 'of unknown shape'}) leaves its size open, so that a number does not fill it: give a .npy file.`,
    );
  return inDType({ name, dtype }, dims, new Array<number>(sizeOf(dims)).fill(value), String(value));
}

/** The tensor in the input's dtype; its shape must be the input's. */
function asInput({ name, shape, dtype = 'float32' }: Port, value: Tensor, file: string): Tensor {
  const fits = !shape || (shape.length === value.dims.length && shape.every((d, i) => typeof d !== 'number' || d === value.dims[i]));
  if (!fits)
    throw new InspectumError(
      'usage',
      `${file}: has the shape ${formatShape(value.dims)}, but the input ${name} takes ${formatShape(shape)}.`,
    );
  if (value.dims[0] === 0) throw new InspectumError('usage', `${file}: has the shape ${formatShape(value.dims)}, which is no example.`);
  return value.dtype === dtype ? value : inDType({ name, dtype }, value.dims, Array.from(toNumbers(value)), file);
}

function inDType(
  { name, dtype }: { readonly name: string; readonly dtype: DType },
  dims: readonly number[],
  numbers: readonly number[],
  source: string,
): Tensor {
  if (dtype === 'string' || !isMemoryDType(dtype))
    throw new InspectumError('unsupported', `${source}: the input ${name} takes ${dtype}, which cannot be fed from numbers.`);
  const range = INTEGER_RANGES[dtype];
  const wrong = range && numbers.find((n) => !Number.isInteger(n) || n < range[0] || n > range[1]);
  if (wrong !== undefined)
    throw new InspectumError('usage', `${source}: holds ${wrong}, but the input ${name} takes ${dtype}. Save the array in that type.`);
  return fromNumbers(dtype, dims, numbers);
}
