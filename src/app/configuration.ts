import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Choices, InputSettings } from '../protocol/choices.ts';
import { InspectumError } from '../tensor/errors.ts';
import { labelsFrom } from './labels.ts';
import { readJson } from './textFile.ts';

export interface Configuration {
  readonly input: InputSettings;
  readonly labels?: readonly string[];
  readonly output: 'logits' | 'probabilities' | 'auto';
  /** The files that it was read from; empty when everything is inferred. */
  readonly files: readonly string[];
}

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
  const preprocessor = path.join(folder, 'preprocessor_config.json');
  if (existsSync(preprocessor)) return huggingFace(preprocessor);
  const metadata = path.join(folder, 'metadata.json');
  return (existsSync(metadata) && teachableMachine(metadata)) || { input: {}, output: 'auto', files: [] };
}

/** The configuration with what a person has chosen in place of what its files say. */
export const withChoices = (configuration: Configuration, { input }: Choices): Configuration =>
  input ? { ...configuration, input: { ...configuration.input, ...input } } : configuration;

export type Json = Readonly<Record<string, unknown>>;

/** A JSON object. @throws InspectumError 'usage' for anything else */
export function record(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InspectumError('usage', `${where}: should be a JSON object.`);
  return value as Json;
}

const FIELDS = ['input', 'labels', 'output', '$schema'];

function inspectumJson(file: string): Configuration {
  const json = record(readJson(file), file);
  const unknown = Object.keys(json).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined)
    throw new InspectumError('usage', `${file}: there is no field ${JSON.stringify(unknown)}. The fields are: ${FIELDS.join(', ')}.`);
  const output = json.output ?? 'auto';
  if (output !== 'logits' && output !== 'probabilities' && output !== 'auto')
    throw new InspectumError('usage', `${file}: "output" should be "logits" or "probabilities", not ${JSON.stringify(output)}.`);
  const labels = json.labels === undefined ? undefined : labelsFrom(json.labels, file);
  return { input: inputSettings(record(json.input ?? {}, `${file}: "input"`), file), ...(labels && { labels }), output, files: [file] };
}

const isPositiveInteger = (v: unknown): v is number => Number.isInteger(v) && (v as number) > 0;
const isNumbers = (v: unknown, ...lengths: number[]): boolean =>
  Array.isArray(v) && lengths.includes(v.length) && v.every((n) => Number.isFinite(n));
const isColour = (v: unknown): boolean => isNumbers(v, 1, 3) && (v as number[]).every((n) => n >= 0 && n <= 255);
const oneOf =
  (...words: string[]) =>
  (v: unknown): boolean =>
    words.includes(v as string);

/** What each field of `input` should be: a test, and the words for a person. */
const INPUT_FIELDS: Readonly<Record<keyof InputSettings, readonly [(v: unknown) => boolean, string]>> = {
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
  pad: [isColour, 'a colour of 1 or 3 numbers from 0 to 255'],
  align: [oneOf('center', 'start'), '"center" or "start"'],
  background: [(v) => v === 'drop' || isColour(v), 'a colour of 1 or 3 numbers from 0 to 255, or "drop"'],
};

function inputSettings(json: Json, file: string): InputSettings {
  for (const [name, value] of Object.entries(json)) {
    const field = Object.hasOwn(INPUT_FIELDS, name) ? INPUT_FIELDS[name as keyof InputSettings] : undefined;
    if (!field)
      throw new InspectumError(
        'usage',
        `${file}: "input" has no field ${JSON.stringify(name)}. Its fields are: ${Object.keys(INPUT_FIELDS).join(', ')}.`,
      );
    const [valid, expected] = field;
    if (!valid(value)) throw new InspectumError('usage', `${file}: "input.${name}" should be ${expected}, not ${JSON.stringify(value)}.`);
  }
  return json as InputSettings;
}

const PIL_FILTERS: Readonly<Record<number, 'nearest' | 'bilinear' | 'bicubic'>> = { 0: 'nearest', 2: 'bilinear', 3: 'bicubic' };

/** An image processor of Hugging Face's transformers, and the class names of the config.json beside it. */
function huggingFace(file: string): Configuration {
  const json = record(readJson(file), file);
  const size = extent(json.size);
  const crop = json.do_center_crop === true ? extent(json.crop_size) : undefined;
  const shorterSide = crop !== undefined || size?.shorter !== undefined;
  const [height, width] = [crop?.height ?? size?.height, crop?.width ?? size?.width];
  const filter = PIL_FILTERS[json.resample as number];
  const normalised = json.do_normalize !== false;
  const white = json.do_rescale === false ? 255 : typeof json.rescale_factor === 'number' ? round(255 * json.rescale_factor) : 1;
  const config = path.join(path.dirname(file), 'config.json');
  const names = existsSync(config) ? record(readJson(config), config).id2label : undefined;
  const input: Json = {
    ...(height !== undefined && { size: [height, width], fit: shorterSide ? 'shorter-side' : 'squash' }),
    ...(shorterSide && size && { resize: size.shorter ?? size.height }),
    ...(filter && { interpolation: filter }),
    ...(white !== 1 && { range: [0, white] }),
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

/** 255 · (1/255) as the 1 that is meant. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;

/** A size as Hugging Face writes it: a number, { height, width }, or { shortest_edge }. */
function extent(value: unknown): { height: unknown; width: unknown; shorter?: unknown } | undefined {
  if (typeof value === 'number') return { height: value, width: value };
  if (typeof value !== 'object' || value === null) return undefined;
  const { height, width, shortest_edge: shorter } = value as Json;
  if (shorter !== undefined) return { height: shorter, width: shorter, shorter };
  return height === undefined ? undefined : { height, width: width ?? height };
}

/** A Teachable Machine's metadata.json; undefined for what other tools call so. */
function teachableMachine(file: string): Configuration | undefined {
  let json: Partial<Json> | null;
  try {
    json = readJson(file) as Partial<Json> | null;
  } catch {
    return undefined;
  }
  const labels: unknown = json?.labels;
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string')) return undefined;
  const size = isPositiveInteger(json?.imageSize) ? { size: [json.imageSize, json.imageSize] as const } : {};
  const channels = json?.grayscale === true ? { channels: 'L' as const } : {};
  return {
    input: { ...size, ...channels, fit: 'shorter-side', range: [-1, 1] },
    labels,
    output: 'probabilities',
    files: [file],
  };
}
