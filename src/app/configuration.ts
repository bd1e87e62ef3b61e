import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { InspectumError } from '../tensor/errors.ts';
import { labelsFrom } from './labels.ts';

/** The `input` of inspectum.json: how an image becomes the network's input. Every field may be missing. */
export interface InputSettings {
  /** [height, width] */
  readonly size?: readonly [number, number];
  readonly fit?: 'shorter-side' | 'squash' | 'letterbox' | 'none';
  readonly resize?: number;
  readonly crop?: 'center';
  readonly interpolation?: 'nearest' | 'bilinear' | 'bicubic';
  readonly channels?: 'RGB' | 'BGR' | 'L';
  readonly layout?: 'auto' | 'NCHW' | 'NHWC';
  readonly dtype?: 'auto' | 'float32' | 'float16' | 'uint8' | 'int8';
  readonly range?: readonly [number, number];
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly pad?: readonly number[];
  readonly align?: 'center' | 'start';
}

export interface Configuration {
  readonly input: InputSettings;
  readonly labels?: readonly string[];
  readonly output: 'logits' | 'probabilities' | 'auto';
  /** The files that it was read from; empty when everything is inferred. */
  readonly files: readonly string[];
}

const MAX_BYTES = 16 * 2 ** 20;

/**
 * What is written beside a model: `inspectum.json`; else a Hugging Face preprocessor_config.json with config.json; else a
 * Teachable Machine metadata.json.
 * @param file an inspectum.json to use instead (`--config`)
 * @throws InspectumError 'missing' (a named file), 'corrupt' (no JSON), 'usage' (a field that is not of its type)
 */
export function readConfiguration(modelPath: string, file?: string): Configuration {
  const folder = path.dirname(modelPath);
  const own = file ?? path.join(folder, 'inspectum.json');
  if (file !== undefined || existsSync(own)) return inspectumJson(own);
  for (const [name, read] of Object.entries(NEIGHBOURS)) {
    const neighbour = path.join(folder, name);
    if (existsSync(neighbour)) return read(neighbour, record(readJson(neighbour), neighbour));
  }
  return { input: {}, output: 'auto', files: [] };
}

/** Files of other tools that are understood, by name. */
const NEIGHBOURS: Readonly<Record<string, (file: string, json: Json) => Configuration>> = {
  'preprocessor_config.json': huggingFace,
  'metadata.json': teachableMachine,
};

type Json = Readonly<Record<string, unknown>>;

export function readJson(file: string): unknown {
  let text: string;
  try {
    if (statSync(file).size > MAX_BYTES)
      throw new InspectumError('too-large', `${file}: is larger than ${MAX_BYTES / 2 ** 20} MB, which no such file should be.`);
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof InspectumError) throw cause;
    throw new InspectumError('missing', `${file}: cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InspectumError('corrupt', `${file}: is not valid JSON: ${(cause as Error).message}`, { cause });
  }
}

function record(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InspectumError('usage', `${where}: should be a JSON object.`);
  return value as Json;
}

function inspectumJson(file: string): Configuration {
  const json = record(readJson(file), file);
  const output = json.output ?? 'auto';
  if (output !== 'logits' && output !== 'probabilities' && output !== 'auto')
    throw new InspectumError('usage', `${file}: "output" should be "logits" or "probabilities", not ${JSON.stringify(output)}.`);
  const labels = json.labels === undefined ? undefined : labelsFrom(json.labels, file);
  return { input: inputSettings(record(json.input ?? {}, `${file}: "input"`), file), ...(labels && { labels }), output, files: [file] };
}

const isPositiveInteger = (v: unknown): v is number => Number.isInteger(v) && (v as number) > 0;
const isNumbers = (v: unknown, ...lengths: number[]): boolean =>
  Array.isArray(v) && lengths.includes(v.length) && v.every((n) => Number.isFinite(n));
const oneOf =
  (...words: string[]) =>
  (v: unknown): boolean =>
    words.includes(v as string);

/** What each field of `input` should be: a test, and the words for a person. */
const FIELDS: Readonly<Record<keyof InputSettings, readonly [(v: unknown) => boolean, string]>> = {
  size: [
    (v) => Array.isArray(v) && v.length === 2 && v.every((n) => isPositiveInteger(n) && n <= 8192),
    '[height, width] in pixels, up to 8192',
  ],
  fit: [oneOf('shorter-side', 'squash', 'letterbox', 'none'), '"shorter-side", "squash", "letterbox" or "none"'],
  resize: [(v) => isPositiveInteger(v) && v <= 8192, 'the length of the shorter side in pixels, up to 8192'],
  crop: [oneOf('center'), '"center"'],
  interpolation: [oneOf('nearest', 'bilinear', 'bicubic'), '"nearest", "bilinear" or "bicubic"'],
  channels: [oneOf('RGB', 'BGR', 'L'), '"RGB", "BGR" or "L"'],
  layout: [oneOf('auto', 'NCHW', 'NHWC'), '"auto", "NCHW" or "NHWC"'],
  dtype: [oneOf('auto', 'float32', 'float16', 'uint8', 'int8'), '"auto", "float32", "float16", "uint8" or "int8"'],
  range: [(v) => isNumbers(v, 2), 'two numbers that pixel values 0 and 255 become'],
  mean: [(v) => isNumbers(v, 1, 3), 'one number per channel'],
  std: [(v) => isNumbers(v, 1, 3) && (v as number[]).every((n) => n !== 0), 'one number per channel, none of them 0'],
  pad: [(v) => isNumbers(v, 1, 3), 'a colour of 1 or 3 numbers from 0 to 255'],
  align: [oneOf('center', 'start'), '"center" or "start"'],
};

function inputSettings(json: Json, file: string): InputSettings {
  for (const [name, value] of Object.entries(json)) {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof InputSettings] : undefined;
    if (!field)
      throw new InspectumError(
        'usage',
        `${file}: "input" has no field ${JSON.stringify(name)}. Its fields are: ${Object.keys(FIELDS).join(', ')}.`,
      );
    const [valid, expected] = field;
    if (!valid(value)) throw new InspectumError('usage', `${file}: "input.${name}" should be ${expected}, not ${JSON.stringify(value)}.`);
  }
  return json as InputSettings;
}

const PIL_FILTERS: Readonly<Record<number, 'nearest' | 'bilinear' | 'bicubic'>> = { 0: 'nearest', 2: 'bilinear', 3: 'bicubic' };

function huggingFace(file: string, json: Json): Configuration {
  const size = json.size as number | Json | undefined;
  const crop = json.crop_size as number | Json | undefined;
  const edge = (v: number | Json | undefined): number | undefined =>
    typeof v === 'number' ? v : ((v?.shortest_edge ?? v?.height) as number | undefined);
  const height = edge(crop) ?? edge(size);
  const cropped = json.do_center_crop === true;
  const filter = PIL_FILTERS[json.resample as number];
  const shorterSide = cropped || (typeof size === 'object' && size.shortest_edge !== undefined);
  const normalised = json.do_normalize !== false;
  const config = path.join(path.dirname(file), 'config.json');
  const names = existsSync(config) ? (record(readJson(config), config).id2label as unknown) : undefined;
  const input: Json = {
    ...(height !== undefined && { size: [height, height], fit: shorterSide ? 'shorter-side' : 'squash' }),
    ...(shorterSide && edge(size) !== undefined && { resize: edge(size) }),
    ...(filter && { interpolation: filter }),
    ...(json.do_rescale === false && { range: [0, 255] }),
    ...(normalised && Array.isArray(json.image_mean) && { mean: json.image_mean }),
    ...(normalised && Array.isArray(json.image_std) && { std: json.image_std }),
  };
  return {
    input: inputSettings(input, file),
    ...(names !== undefined && { labels: labelsFrom(names, config) }),
    output: 'auto',
    files: [file],
  };
}

function teachableMachine(file: string, json: Json): Configuration {
  if (!Array.isArray(json.labels)) return { input: {}, output: 'auto', files: [] };
  const size = isPositiveInteger(json.imageSize) ? { size: [json.imageSize, json.imageSize] as const } : {};
  const channels = json.grayscale === true ? { channels: 'L' as const } : {};
  return {
    input: { ...size, ...channels, fit: 'shorter-side', range: [-1, 1] },
    labels: labelsFrom(json.labels, file),
    output: 'probabilities',
    files: [file],
  };
}
