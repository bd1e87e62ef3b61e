import type { InputSettings } from '../../protocol/choices.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { namesFrom } from '../labels/classNames.ts';
import { type Literal, readLiteral } from '../labels/literal.ts';
import { inputSettings } from './inputSettings.ts';
import { isNumbers, isPositiveInteger, type Json } from './json.ts';
import type { FoundNames, Said } from './said.ts';

/** Longer values of other tools are not looked at. */
const MAX_LENGTH = 4 * 2 ** 20;

/** Keys by which exporters write the same thing, the first that is there counts. */
const NAME_KEYS = ['names', 'labels', 'classes', 'class_names', 'id2label'];
const SIZE_KEYS = ['imgsz', 'input_size', 'image_size'];
const MEAN_KEYS = ['mean', 'image_mean', 'mean_values'];
const STD_KEYS = ['std', 'image_std', 'scale_values'];

const ORIGIN = { from: 'metadata', where: "the model's metadata", strict: false } as const;

/**
 * What a model file's own metadata (ONNX's metadata_props) says: Ultralytics' names, imgsz and task; ONNX's Image.* keys (WinML); and the
 * keys by which other exporters write names, size, mean and deviation.
 * @returns undefined where it says nothing of this kind; what cannot be read is said in the notes
 */
export function modelMetadata(metadata: ReadonlyMap<string, string>): Said | undefined {
  const props = new Map([...metadata].map(([key, value]) => [key.replace(/^model_info /, '').toLowerCase(), value]));
  const notes: string[] = [];
  const understood = <T>(key: string, read: (value: string) => T | undefined): T | undefined => {
    const value = props.get(key);
    if (value === undefined || value.length > MAX_LENGTH) return undefined;
    try {
      return read(value);
    } catch (error) {
      if (!(error instanceof InspectumError)) throw error;
      notes.push(error.message);
      return undefined;
    }
  };
  const first = <T>(keys: readonly string[], read: (value: string, key: string) => T | undefined): T | undefined => {
    const key = keys.find((k) => props.has(k));
    return key === undefined ? undefined : understood(key, (value) => read(value, key));
  };
  if (props.get('image.colorspacegamma')?.toLowerCase() === 'linear')
    notes.push(`${ORIGIN.where}: asks for linear light; images are given to the network in sRGB, as they are stored.`);
  const names = first(NAME_KEYS, namesOf);
  const size = first(SIZE_KEYS, sizeOf);
  const input = inputSettings({ ...(size && { size }), ...fittingOf(props, size), ...numbersOf(first), ...imageKeys(props) }, ORIGIN.where);
  if (!names && Object.keys(input).length === 0 && notes.length === 0) return undefined;
  return { origin: ORIGIN, input, ...(names && { names }), files: [], notes };
}

/** A literal (a Python dict, a list, JSON), else names between commas or, without any, spaces. */
function namesOf(value: string, key: string): FoundNames {
  const source = `${ORIGIN.where} (${key})`;
  const found = /^\s*[[{(]/.test(value)
    ? namesFrom(readLiteral(value, source), source)
    : {
        names: value
          .trim()
          .split(value.includes('\n') ? '\n' : value.includes(',') ? ',' : /\s+/)
          .map((name) => name.trim()),
      };
  return { ...found, source, binding: true };
}

/** A literal of one number or a list of them, or numbers between spaces or commas. */
function numbersIn(value: string, key: string): readonly number[] | undefined {
  const literal: Literal = /^\s*[[(]/.test(value)
    ? readLiteral(value, `${ORIGIN.where} (${key})`)
    : value
        .trim()
        .split(/[\s,x×]+/)
        .map(Number);
  const numbers = Array.isArray(literal) ? literal : [literal];
  return isNumbers(numbers, 1, 2, 3, 4) ? numbers : undefined;
}

/** [height, width] of one number, of two, or of a whole shape with its channels. */
function sizeOf(value: string, key: string): readonly [number, number] | undefined {
  const numbers = numbersIn(value, key) ?? [];
  const sides = numbers.length < 3 ? numbers : numbers.slice(-3).filter((n) => n !== 1 && n !== 3);
  const [height, width = height] = sides;
  return isPositiveInteger(height) && isPositiveInteger(width) ? [height, width] : undefined;
}

/** Ultralytics lets its networks see the whole picture in a gray frame, its classifiers the middle. */
function fittingOf(props: ReadonlyMap<string, string>, size: readonly [number, number] | undefined): Json {
  if (!props.has('stride') || !props.has('task') || !props.has('names')) return {};
  const numbers = { channels: 'RGB', range: [0, 1], mean: [0], std: [1] };
  if (props.get('task') !== 'classify') return { fit: 'letterbox', pad: [114, 114, 114], align: 'center', ...numbers };
  return { fit: 'shorter-side', ...(size && { resize: Math.min(...size) }), ...numbers };
}

type First = <T>(keys: readonly string[], read: (value: string, key: string) => T | undefined) => T | undefined;

/** Means of pixel values 0 to 255 are told from those of 0 to 1 by their size. */
function numbersOf(first: First): Json {
  const mean = first(MEAN_KEYS, numbersIn);
  const std = first(STD_KEYS, numbersIn);
  if (!isNumbers(mean, 1, 3) && !isNumbers(std, 1, 3)) return {};
  const bytes = [...(mean ?? []), ...(std ?? [])].some((n) => Math.abs(n) > 2);
  return {
    range: bytes ? [0, 255] : [0, 1],
    ...(isNumbers(mean, 1, 3) && { mean }),
    ...(isNumbers(std, 1, 3) && std.every((n) => n !== 0) && { std }),
  };
}

const PIXEL_FORMATS: ReadonlyMap<string, InputSettings['channels']> = new Map([
  ['gray8', 'L'],
  ['rgb8', 'RGB'],
  ['bgr8', 'BGR'],
  ['rgba8', 'RGB'],
  ['bgra8', 'BGR'],
]);
const PIXEL_RANGES: ReadonlyMap<string, InputSettings['range']> = new Map([
  ['nominalrange_0_255', [0, 255]],
  ['normalized_0_1', [0, 1]],
  ['normalized_1_1', [-1, 1]],
  ['nominalrange_16_235', [16, 235]],
]);

/** https://onnx.ai/onnx/repo-docs/MetadataProps.html: keys and values in any case. */
function imageKeys(props: ReadonlyMap<string, string>): Json {
  const channels = PIXEL_FORMATS.get(props.get('image.bitmappixelformat')?.toLowerCase() ?? '');
  const range = PIXEL_RANGES.get(props.get('image.nominalpixelrange')?.toLowerCase() ?? '');
  return { ...(channels && { channels }), ...(range && { range, mean: [0], std: [1] }) };
}
