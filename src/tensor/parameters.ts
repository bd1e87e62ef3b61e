import { InspectumError } from './errors.ts';
import type { Tensor } from './tensor.ts';

/** What every parameter says, by Captum's name. */
interface Documented {
  readonly doc: string;
  /** A parameter that has no default: the method cannot run without it. */
  readonly required?: true;
}

interface BooleanParameter extends Documented {
  readonly type: 'boolean';
  readonly default: boolean;
}

interface IntegerParameter extends Documented {
  readonly type: 'integer';
  readonly default: number | null;
  readonly min: number;
  readonly max?: number;
}

interface NumberParameter extends Documented {
  readonly type: 'number';
  readonly default: number | null;
  readonly min?: number;
  readonly max?: number;
  /** Whether it may be a list, of one for every attributed input. */
  readonly perInput?: true;
}

interface ChoiceParameter extends Documented {
  readonly type: 'choice';
  readonly default: string;
  readonly choices: readonly string[];
}

/** One choice or more. */
interface ChoicesParameter extends Documented {
  readonly type: 'choices';
  readonly default: readonly string[] | null;
  readonly choices: readonly string[];
}

interface TextParameter extends Documented {
  readonly type: 'text';
  readonly default: string | null;
}

interface TextsParameter extends Documented {
  readonly type: 'texts';
  readonly default: readonly string[] | null;
}

/** One of `choices`, or colours at positions. */
interface ColormapParameter extends Documented {
  readonly type: 'colormap';
  readonly default: null;
  readonly choices: readonly string[];
}

/** One number for every axis; for several attributed inputs a list of these, or of numbers that serve every axis of one. */
interface ExtentsParameter extends Documented {
  readonly type: 'extents';
  readonly default: Extents | null;
  readonly min: number;
}

/**
 * Which feature every element of an input belongs to: a .npy file, nested lists, or `{"superpixels": n}`; a table of them by input.
 * Methods get what these say.
 */
interface MaskParameter extends Documented {
  readonly type: 'mask';
  readonly default: null;
}

/** One parameter of a method or a picture: enough for a check, a form and its documentation. */
export type Parameter =
  | BooleanParameter
  | IntegerParameter
  | NumberParameter
  | ChoiceParameter
  | ChoicesParameter
  | TextParameter
  | TextsParameter
  | ColormapParameter
  | ExtentsParameter
  | MaskParameter;

export type ParameterTable = Readonly<Record<string, Parameter>>;

export type Extents = number | readonly (number | readonly number[])[];

interface ValueOfType {
  readonly boolean: boolean;
  readonly integer: number;
  readonly number: number;
  readonly choice: string;
  readonly choices: readonly string[];
  readonly text: string;
  readonly texts: readonly string[];
  readonly colormap: unknown;
  readonly extents: Extents;
  readonly mask: Tensor | ReadonlyMap<string, Tensor>;
}

type ValueOf<P extends Parameter> = P extends { readonly perInput: true }
  ? number | readonly number[]
  : P extends { readonly type: 'choice'; readonly choices: readonly (infer C)[] }
    ? C
    : P extends { readonly type: 'choices'; readonly choices: readonly (infer C)[]; readonly required: true }
      ? readonly C[]
      : P extends { readonly required: true }
        ? ValueOfType[P['type']]
        : ValueOfType[P['type']] | (null extends P['default'] ? null : never);

/** Values of the parameters of a table, those that nobody gave at their defaults. */
export type ValuesOf<T extends ParameterTable> = { readonly [K in keyof T]: ValueOf<T[K]> };

export type ParameterValues = Readonly<Record<string, unknown>>;

/** For each type what a value of it is, in words that follow "should be", or undefined where the value is one. */
const WRONG: { readonly [T in Parameter['type']]: (value: unknown, parameter: Extract<Parameter, { type: T }>) => string | undefined } = {
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'a boolean'),
  integer: (value, { min, max, default: none }) =>
    (value === null && none === null) || (Number.isInteger(value) && within(value as number, min, max))
      ? undefined
      : `a whole number${rangeWords(min, max)}`,
  number: (value, { min, max, default: none, perInput }) =>
    (value === null && none === null) ||
    (perInput && Array.isArray(value) ? value : [value]).every((one) => typeof one === 'number' && within(one, min, max))
      ? undefined
      : `a number${rangeWords(min, max)}${perInput ? ', or a list of one for every input' : ''}`,
  choice: (value, { choices }) => (choices.includes(value as string) ? undefined : `one of ${choices.join(', ')}`),
  choices: (value, { choices, default: none, required }) =>
    (value === null && none === null && !required) || (isList(value) && value.every((one) => choices.includes(one as string)))
      ? undefined
      : `a list of ${choices.join(', ')}`,
  text: (value) => (value === null || isShortText(value) ? undefined : `a text of up to ${MAX_TEXT} characters`),
  texts: (value) =>
    value === null || (isList(value) && value.every(isShortText)) ? undefined : `a list of texts of up to ${MAX_TEXT} characters`,
  colormap: (value, { choices }) =>
    value === null || Array.isArray(value) || choices.includes(value as string)
      ? undefined
      : `one of ${choices.join(', ')}, or a list of colours at positions: [[0, "#fff"], [1, "#00f"]]`,
  extents: (value, { min, default: none, required }) =>
    (value === null && none === null && !required) || isExtents(value, min)
      ? undefined
      : `whole numbers from ${min}, one per axis: [3, 8, 8]; for several inputs a number or such a list for each`,
  mask: (value) =>
    value === null || typeof value === 'string' || typeof value === 'object'
      ? undefined
      : 'the name of a .npy file, a list of whole numbers in the shape of the input, or {"superpixels": 50}',
};

/**
 * The values of a table's parameters, those that are not in `given` at their defaults.
 * @param owner whose parameters they are, for messages
 * @throws InspectumError 'usage' for a name that the table lacks, a value out of its range or of another type, and one that is missing
 */
export function parameterValues<T extends ParameterTable>(owner: string, table: T, given: Readonly<Record<string, unknown>>): ValuesOf<T> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(table, name));
  if (unknown !== undefined)
    throw new InspectumError(
      'usage',
      `${owner} has no parameter ${JSON.stringify(unknown)}. It has: ${Object.keys(table).join(', ') || 'none'}.`,
    );
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(table)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    if (parameter.required && value === null) throw new InspectumError('usage', `${owner} needs ${name}: ${parameter.doc}`);
    const wrong = (WRONG[parameter.type] as (value: unknown, parameter: Parameter) => string | undefined)(value, parameter);
    if (wrong !== undefined)
      throw new InspectumError('usage', `${owner}: ${name} should be ${wrong}, not ${JSON.stringify(value)?.slice(0, 80)}.`);
    values[name] = value;
  }
  return values as ValuesOf<T>;
}

const MAX_TEXT = 200;
const MAX_LIST = 16;

const isShortText = (value: unknown): boolean => typeof value === 'string' && value.length <= MAX_TEXT;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value) && value.length > 0 && value.length <= MAX_LIST;

const within = (value: number, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): boolean =>
  Number.isFinite(value) && value >= min && value <= max;

const rangeWords = (min: number | undefined, max: number | undefined): string =>
  [min !== undefined && ` from ${min}`, max !== undefined && ` to ${max}`].filter(Boolean).join('');

const isExtents = (value: unknown, min: number): boolean =>
  [value].flat().every((one) => [one].flat().every((extent) => Number.isInteger(extent) && (extent as number) >= min));
