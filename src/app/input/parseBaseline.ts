import { BASELINE_KINDS, type BaselineKindName } from '../../image/baselines.ts';
import type { BaselineText } from '../../protocol/baselines.ts';
import { InspectumError } from '../../tensor/errors.ts';

/** What a baseline is, as a text says it. */
export type BaselineChoice =
  | { readonly kind: 'number'; readonly value: number }
  /** `argument`: sigma of blur, count of noise. */
  | { readonly kind: BaselineKindName; readonly argument?: number }
  | { readonly kind: 'file'; readonly path: string };

const MAX_NOISE = 1000;

/** @throws InspectumError 'usage' for an argument that is none, a number beyond float32, and for an empty text */
export function parseBaseline(text: BaselineText): BaselineChoice {
  if (typeof text === 'number') return numberOf(text);
  if (text.trim() === '')
    throw new InspectumError('usage', `--baseline is empty: give a number, a file, or one of ${Object.keys(BASELINE_KINDS).join(', ')}.`);
  if (Number.isFinite(Number(text))) return numberOf(Number(text));
  const [, name = '', argument] = /^([a-z]+)(?::(.*))?$/.exec(text) ?? [];
  if (!isKind(name)) return { kind: 'file', path: text };
  return argument === undefined ? { kind: name } : { kind: name, argument: argumentOf(name, argument, text) };
}

function numberOf(value: number): BaselineChoice {
  if (Number.isFinite(Math.fround(value))) return { kind: 'number', value };
  throw new InspectumError('usage', `--baseline ${value}: a number should be within the range of float32.`);
}

const isKind = (name: string): name is BaselineKindName => Object.hasOwn(BASELINE_KINDS, name);

function argumentOf(kind: BaselineKindName, text: string, whole: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (kind === 'blur' && value > 0 && Number.isFinite(value)) return value;
  if (kind === 'noise' && Number.isInteger(value) && value >= 1 && value <= MAX_NOISE) return value;
  const expected: Partial<Record<BaselineKindName, string>> = {
    blur: 'blur:SIGMA takes a number of pixels above 0',
    noise: `noise:COUNT takes a whole number from 1 to ${MAX_NOISE}`,
  };
  throw new InspectumError('usage', `--baseline ${whole}: ${expected[kind] ?? `${kind} takes nothing after it`}.`);
}
