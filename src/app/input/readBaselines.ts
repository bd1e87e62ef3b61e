import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Baseline, Baselines } from '../../attribution/baselines.ts';
import { stacked } from '../../attribution/evaluation/examples.ts';
import { Random } from '../../attribution/random.ts';
import { blurred, defaultSigma, describeFiles, LEVELS, noisePicture, plainPicture } from '../../image/baselines.ts';
import { pixelOf } from '../../image/denormalize.ts';
import { normalizePixels, type Preprocessing } from '../../image/preprocess.ts';
import type { BaselineSpec, BaselineText, BaselineTexts, UsedBaseline } from '../../protocol/baselines.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { readNpy } from '../../tensor/npy.ts';
import { formatShape } from '../../tensor/shape.ts';
import { floats, sizeOf, type Tensor, tensor, toFloat32 } from '../../tensor/tensor.ts';
import type { Feeds } from '../methods/attribute.ts';
import type { Model } from '../model.ts';
import { type BaselineChoice, parseBaseline } from './parseBaseline.ts';
import { decodeFile, feedOf, readBytes } from './readImage.ts';

export interface ReadBaselines {
  readonly baselines: Baselines;
  /** What stood for the values of these names. */
  used(names: Iterable<string>): readonly UsedBaseline[];
}

const usage = (message: string): InspectumError => new InspectumError('usage', message);

/** Values that the examples of one input may have together: 1 GB. */
const MAX_VALUES = 2 ** 28;
const IMAGE = /\.(jpe?g|png|webp|gif|tiff?|bmp)$/i;

/**
 * The baselines that a person names. A number without an input is for every value; a .npy file without one is for the image, else the first
 * input, and for a layer where the method wants the layer's; all else is for the image.
 * @param feeds what the model is given: baselines have its sizes
 * @param seed of noise
 * @throws InspectumError 'usage' for an unknown input, several baselines of which not all are files, and what makes no sense for an input; as
 * files and images do otherwise
 */
export async function readBaselines(model: Model, feeds: Feeds, spec: BaselineSpec, seed: number): Promise<ReadBaselines> {
  const random = new Random(seed);
  const main = model.input?.port ?? model.graph.inputs[0]?.name ?? '';
  const table = isTable(spec) ? spec : { [main]: spec };
  const resolved = new Map<string, Resolved>();
  for (const [input, texts] of Object.entries(table)) resolved.set(input, await resolve(placeOf(model, feeds, input), texts, random));
  const forAll = isTable(spec) ? undefined : resolved.get(main);
  const everywhere = typeof forAll?.value === 'number' ? forAll.value : 0;
  const byName = new Map(model.graph.inputs.map(({ name }) => [name, resolved.get(name)?.value ?? everywhere] as const));
  const baselines = new Baselines(byName, forAll?.fitsLayers ? forAll.value : null);
  const usedFor = (input: string): UsedBaseline => {
    const value = baselines.of(input);
    const own = resolved.get(input) ?? (typeof value === 'number' ? undefined : forAll);
    if (!own) return { input, baseline: value as number, text: `${value} everywhere` };
    const { text, isRandom } = own;
    const examples = typeof value === 'number' ? 1 : (value.dims[0] ?? 1);
    const baseline = table[input] ?? (spec as BaselineTexts);
    return { input, baseline, text, ...(examples > 1 && { examples }), ...(isRandom && { seed }) };
  };
  return { baselines, used: (names) => [...names].map(usedFor) };
}

/** How many examples a baseline has, without reading more than that takes: those of one input, where it is said for several. */
export async function countBaselines(spec: BaselineSpec): Promise<number> {
  const [texts = 0] = isTable(spec) ? Object.values(spec) : [spec];
  const choices = [texts].flat().map((text) => parseBaseline(text as BaselineText));
  const [first] = choices;
  if (first?.kind === 'noise') return first.argument ?? 1;
  const files = await withoutFolders(choices.flatMap((choice) => (choice.kind === 'file' ? [choice.path] : [])));
  let count = 0;
  for (const file of files) count += isNpy(file) ? (readNpy(await readBytes(file), file).dims[0] ?? 1) : 1;
  return Math.max(1, count);
}

const isTable = (spec: BaselineSpec): spec is Exclude<BaselineSpec, BaselineTexts> => typeof spec === 'object' && !Array.isArray(spec);

/** An input that a baseline stands for. */
interface InputPlace {
  readonly name: string;
  readonly value: Tensor<'float32'>;
  /** How it takes an image of this size; undefined where it takes none. */
  readonly image: { readonly preprocessing: Preprocessing; readonly dtype: 'float32' } | undefined;
}

function placeOf(model: Model, feeds: Feeds, name: string): InputPlace {
  const feed = feeds[name];
  if (!feed)
    throw usage(
      `--baseline: the model has no input ${JSON.stringify(name)}. Its inputs are: ${model.graph.inputs.map((i) => i.name).join(', ')}.`,
    );
  const value = toFloat32(feed);
  const preprocessing = model.imageInput(name)?.preprocessing;
  if (!preprocessing) return { name, value, image: undefined };
  const [height = 1, width = 1] = preprocessing.layout === 'NCHW' ? value.dims.slice(2) : value.dims.slice(1);
  return { name, value, image: { preprocessing: { ...preprocessing, size: [height, width] }, dtype: 'float32' } };
}

interface Resolved {
  readonly value: Baseline;
  readonly text: string;
  readonly isRandom?: true;
  /** Whether it may also be meant for a layer's value. */
  readonly fitsLayers?: true;
}

async function resolve(place: InputPlace, texts: BaselineTexts, random: Random): Promise<Resolved> {
  const choices = [texts].flat().map((text) => parseBaseline(text as BaselineText));
  const [first] = choices;
  if (first && choices.length === 1 && first.kind !== 'file') return resolveKind(place, first, random);
  const files = choices.map((choice) => {
    if (choice.kind !== 'file')
      throw usage(`--baseline: several for ${place.name} should all be files, and ${describeChoice(choice)} is none.`);
    return choice.path;
  });
  const examples: Tensor<'float32'>[] = [];
  const found = await withoutFolders(files);
  for (const file of found) {
    examples.push(await readExample(place, file));
    if (examples.reduce((sum, { data }) => sum + data.length, 0) > MAX_VALUES)
      throw new InspectumError(
        'too-large',
        `--baseline: the files for ${place.name} take more than ${(MAX_VALUES * 4) / 2 ** 30} GB together.`,
      );
  }
  const shape = examples[0]?.dims.slice(1) ?? [];
  const other = examples.findIndex(({ dims }) => formatShape(dims.slice(1)) !== formatShape(shape));
  if (other > 0)
    throw usage(
      `--baseline: the files for ${place.name} have different shapes: ${formatShape(shape)} and ${formatShape(examples[other]?.dims.slice(1) ?? [])}.`,
    );
  const value = stacked(examples);
  const count = value.dims[0] ?? 1;
  const names = describeFiles(found);
  return {
    value,
    text: count > found.length ? `${count} examples from ${names}` : names,
    ...(files.every(isNpy) && { fitsLayers: true }),
  };
}

function resolveKind(place: InputPlace, choice: Exclude<BaselineChoice, { kind: 'file' }>, random: Random): Resolved {
  const { name, value, image } = place;
  if (choice.kind === 'number')
    return { value: choice.value, text: `${choice.value} everywhere${inPixels(place, choice.value)}`, fitsLayers: true };
  if (choice.kind === 'zero')
    return { value: 0, text: image ? `zero of the normalised input${inPixels(place, 0)}` : '0 everywhere', fitsLayers: true };
  if (!image) throw usage(`--baseline ${choice.kind} is a picture, but the input ${name} takes none: give a number or a .npy file.`);
  const { preprocessing } = image;
  const [height, width] = preprocessing.size;
  const size = { width, height };
  switch (choice.kind) {
    case 'blur': {
      const sigma = choice.argument ?? defaultSigma(size);
      const soft = tensor('float32', value.dims, blurred(value.data, value.dims, preprocessing, sigma));
      return { value: soft, text: `the input, blurred (Gaussian, sigma ${Number(sigma.toFixed(2))} pixels)` };
    }
    case 'noise': {
      const count = choice.argument ?? 1;
      if (count * sizeOf(value.dims.slice(1)) > MAX_VALUES)
        throw new InspectumError('too-large', `--baseline noise:${count}: takes too much memory.`);
      const examples = Array.from({ length: count }, () =>
        normalizePixels(
          noisePicture(size, () => random.integer(256)),
          preprocessing,
        ),
      );
      return {
        value: stacked(examples),
        text: `${count > 1 ? `${count} examples of ` : ''}uniform noise of all pixel values`,
        isRandom: true,
      };
    }
    default: {
      const level = LEVELS[choice.kind];
      return { value: normalizePixels(plainPicture(size, level), preprocessing), text: `${choice.kind} (every pixel ${level})` };
    }
  }
}

const describeChoice = (choice: BaselineChoice): string => (choice.kind === 'number' ? String(choice.value) : choice.kind);

/** ": the colour 124, 116, 104" of a value that every element of an image input has, where it is a colour. */
function inPixels({ value, image }: InputPlace, everywhere: number): string {
  if (!image) return '';
  const { layout } = image.preprocessing;
  const count = (layout === 'NCHW' ? value.dims[1] : value.dims[3]) ?? 1;
  const order = image.preprocessing.channels === 'BGR' ? [2, 1, 0] : Array.from({ length: Math.min(count, 3) }, (_, channel) => channel);
  const colour = order.map((channel) => Math.round(pixelOf(everywhere, channel, image.preprocessing)));
  if (colour.some((level) => level < 0 || level > 255)) return ', which is no colour';
  return colour.length < 3 || colour.every((level) => level === colour[0])
    ? `: every pixel ${colour[0]}`
    : `: the colour ${colour.join(', ')}`;
}

const isNpy = (file: string): boolean => path.extname(file).toLowerCase() === '.npy';

/** Files, with the images of a folder, by name, in its place. */
async function withoutFolders(files: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) {
    if (!existsSync(file) || !statSync(file).isDirectory()) {
      found.push(file);
      continue;
    }
    const images = (await readdir(file)).filter((name) => IMAGE.test(name)).sort();
    if (images.length === 0) throw usage(`--baseline ${file}: there is no image in this folder.`);
    found.push(...images.map((name) => path.join(file, name)));
  }
  return found;
}

/** The examples in a .npy file, of any shape; an image, prepared as the input itself. */
async function readExample({ name, image }: InputPlace, file: string): Promise<Tensor<'float32'>> {
  if (isNpy(file)) {
    const array = toFloat32(readNpy(await readBytes(file), file));
    return array.dims.length > 0 ? array : floats([1], [...array.data]);
  }
  if (!image) throw usage(`${file}: the input ${name} takes no image: give its baseline as a number or a .npy file.`);
  return toFloat32(feedOf(await decodeFile(file), image).tensor);
}
