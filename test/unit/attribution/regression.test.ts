import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { lasso, linearRegression, refuseTooLarge } from '../../../src/attribution/perturbation/regression.ts';
import { relativeDistance } from '../../tools/distance.ts';

/** What test/fixtures/regression/make.py writes of scikit-learn. */
interface Case {
  readonly title: string;
  readonly sets: readonly (readonly number[])[];
  readonly scores: readonly number[];
  readonly weights: readonly number[];
  /** Of a lasso. */
  readonly alpha?: number;
  readonly coefficients: readonly number[];
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('../../fixtures/regression/regression.json', import.meta.url), 'utf8'));

it.each(cases)("$title, alpha $alpha: scikit-learn's coefficients", ({ sets, scores, weights, alpha, coefficients }) => {
  const observed = { coalitions: sets.map((set) => Uint8Array.from(set)), scores, weights };
  const found = alpha === undefined ? linearRegression(observed) : lasso(observed, alpha);
  expect(relativeDistance(found, coefficients)).toBeLessThan(1e-6);
});

it.each([
  ['scores', [1, Number.NaN, 3, 4], [1, 1, 1, 1]],
  ['weights', [1, 2, 3, 4], [1, Number.NaN, 1, 1]],
])('NaN in the %s is in the coefficients', (_, scores, weights) => {
  const coalitions = [0, 1, 2, 3].map((set) => Uint8Array.of(set & 1, set >> 1));
  expect([...lasso({ coalitions, scores, weights }, 0.01)]).toEqual([Number.NaN, Number.NaN]);
});

it('what does not fit into memory is refused with the numbers', () => {
  expect(() => refuseTooLarge(30_000, 1000)).toThrow('30,000 features cannot be fitted to 1,000 samples');
  expect(() => refuseTooLarge(3, 1e7)).toThrow('give a smaller n_samples');
  expect(() => refuseTooLarge(20_000, 1000)).not.toThrow();
});
