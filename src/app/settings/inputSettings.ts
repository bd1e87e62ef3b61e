import type { InputSettings } from '../../protocol/choices.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { isNumbers, isPositiveInteger, type Json } from './json.ts';

const oneOf =
  (...words: string[]) =>
  (v: unknown): boolean =>
    words.includes(v as string);

const isColour = (v: unknown): boolean => isNumbers(v, 1, 3) && v.every((n) => n >= 0 && n <= 255);

const MAX_SIDE = 8192;

/** What each field of `input` should be: a test, and the words for a person. */
const FIELDS: Readonly<Record<keyof InputSettings, readonly [(v: unknown) => boolean, string]>> = {
  size: [
    (v) => Array.isArray(v) && v.length === 2 && v.every((n) => isPositiveInteger(n) && n <= MAX_SIDE),
    `[height, width] in pixels, up to ${MAX_SIDE}`,
  ],
  fit: [oneOf('shorter-side', 'squash', 'letterbox', 'none'), '"shorter-side", "squash", "letterbox" or "none"'],
  resize: [(v) => isPositiveInteger(v) && v <= MAX_SIDE, `the length of the shorter side in pixels, up to ${MAX_SIDE}`],
  crop: [oneOf('center'), '"center"'],
  interpolation: [oneOf('nearest', 'bilinear', 'bicubic'), '"nearest", "bilinear" or "bicubic"'],
  channels: [oneOf('RGB', 'BGR', 'L', 'LA', 'RGBA'), '"RGB", "BGR", "L", "LA" or "RGBA"'],
  layout: [oneOf('auto', 'NCHW', 'NHWC'), '"auto", "NCHW" or "NHWC"'],
  dtype: [oneOf('auto', 'float32', 'float16', 'uint8', 'int8'), '"auto", "float32", "float16", "uint8" or "int8"'],
  range: [(v) => isNumbers(v, 2), 'two numbers that pixel values 0 and 255 become'],
  mean: [(v) => isNumbers(v, 1, 2, 3, 4), 'one number per channel'],
  std: [(v) => isNumbers(v, 1, 2, 3, 4) && v.every((n) => n !== 0), 'one number per channel, none of them 0'],
  pad: [isColour, 'a colour of 1 or 3 numbers from 0 to 255'],
  align: [oneOf('center', 'start'), '"center" or "start"'],
  background: [(v) => v === 'drop' || isColour(v), 'a colour of 1 or 3 numbers from 0 to 255, or "drop"'],
};

/**
 * The `input` of a configuration, checked.
 * @param where what is named in errors
 * @throws InspectumError 'usage' for an unknown field or one of another type
 */
export function inputSettings(json: Json, where: string): InputSettings {
  for (const [name, value] of Object.entries(json)) {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof InputSettings] : undefined;
    if (!field)
      throw new InspectumError(
        'usage',
        `${where}: "input" has no field ${JSON.stringify(name)}. Its fields are: ${Object.keys(FIELDS).join(', ')}.`,
      );
    const [valid, expected] = field;
    if (!valid(value)) throw new InspectumError('usage', `${where}: "input.${name}" should be ${expected}, not ${JSON.stringify(value)}.`);
  }
  return json as InputSettings;
}
