import { InspectumError } from '../../tensor/errors.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON object. @throws InspectumError 'usage' for anything else */
export function record(value: unknown, where: string): Json {
  if (!isRecord(value)) throw new InspectumError('usage', `${where}: should be a JSON object.`);
  return value;
}

export const isPositiveInteger = (v: unknown): v is number => Number.isInteger(v) && (v as number) > 0;

/** A list of finite numbers of one of these lengths. */
export const isNumbers = (v: unknown, ...lengths: number[]): v is readonly number[] =>
  Array.isArray(v) && lengths.includes(v.length) && v.every((n) => Number.isFinite(n));
