import { describe, expect, it } from 'vitest';
import { captumNormalization, normalizeValues, type Sign } from '../../../src/image/normalize.ts';
import { floatsOf, maxDifference, readJson } from './fixtures.ts';

interface Case {
  readonly name: string;
  readonly sign: Sign;
  readonly outliers: number;
  readonly values: string;
  readonly out: string;
}

describe("captumNormalization is captum's _normalize_attr", () => {
  it.each(readJson<readonly Case[]>('normalize').map((c) => [c.name, c.sign, c.outliers, c] as const))(
    '%s, %s, %i%%',
    (_n, sign, outliers, c) => {
      const values = floatsOf(c.values);
      const normalization = captumNormalization(values, sign, outliers);
      expect(maxDifference(normalizeValues(values, normalization), floatsOf(c.out))).toBeLessThan(1e-6);
    },
  );
});

describe('nothing to show is said, never stretched', () => {
  it.each([
    ['zero', [0, 0, 0], 'positive'],
    ['negative', [-1, 0, -2], 'positive'],
    ['positive', [1, 0, 2], 'negative'],
    ['not numbers', [Number.NaN, Number.NaN], 'all'],
  ] as const)('%s', (_name, values, sign) => {
    const map = Float32Array.from(values);
    const normalization = captumNormalization(map, sign, 2);
    expect(normalization).toEqual({ sign, scale: 0 });
    expect([...normalizeValues(map, normalization)]).toEqual(values.map(() => 0));
  });
});

it('leaves infinite and undefined values out of the scale', () => {
  const values = Float32Array.of(1, Number.POSITIVE_INFINITY, Number.NaN, -2, Number.NEGATIVE_INFINITY);
  const normalization = captumNormalization(values, 'all', 0);
  expect(normalization.scale).toBe(2);
  expect([...normalizeValues(values, normalization)]).toEqual([0.5, 1, 0, -1, -1]);
});

it('takes every percentage of outliers', () => {
  const values = Float32Array.of(0, 0.5, 1, 2);
  expect(captumNormalization(values, 'all', 100).scale).toBe(0.5);
  expect(captumNormalization(values, 'all', 0).scale).toBe(2);
  expect(() => captumNormalization(values, 'all', 101)).toThrow(RangeError);
});
