import { InspectumError } from '../../tensor/errors.ts';
import type { Coalition } from './coalitions.ts';
import { minimumNorm } from './minimumNorm.ts';

/** Scores of coalitions, and how much each counts: what a linear model of presence is fitted to. */
export interface Observed {
  readonly coalitions: readonly Coalition[];
  readonly scores: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/** Numbers that a linear model is fitted to at most: 160 MB. */
const MOST = 20e6;

/** @throws InspectumError 'too-large' where a model of so many features cannot be fitted to so many samples */
export function refuseTooLarge(features: number, samples: number): void {
  if (features * samples > MOST)
    throw new InspectumError(
      'too-large',
      `A linear model of ${features.toLocaleString('en')} features cannot be fitted to ${samples.toLocaleString('en')} samples here: their product may be up to ${MOST.toLocaleString('en')}. Group features with feature_mask, or give a smaller n_samples.`,
    );
}

/**
 * scikit-learn's LinearRegression with sample weights: the coefficients, with an intercept, of the least weighted sum of squares; where
 * several have it, those of least norm.
 */
export function linearRegression(observed: Observed): Float64Array {
  const { columns, outcomes } = centred(observed);
  return minimumNorm(columns, outcomes);
}

const ROUNDS = 1000;
/** Of the greatest coefficient: a change of all of them below which they are found. */
const PRECISION = 1e-9;

/**
 * scikit-learn's Lasso with sample weights: the coefficients c, with an intercept, that minimise half of the weighted mean of squares
 * + alpha · Σ|c|, one after the other until none changes (coordinate descent). NaN where scores or weights are.
 */
export function lasso(observed: Observed, alpha: number): Float64Array {
  const { columns, outcomes: rest } = centred(observed);
  const squares = columns.map((column) => dot(column, column));
  const coefficients = new Float64Array(columns.length);
  for (let round = 0; round < ROUNDS; round++) {
    let changed = 0;
    columns.forEach((column, i) => {
      const square = squares[i] as number;
      const before = coefficients[i] as number;
      const along = dot(column, rest) + square * before;
      const after = square === 0 ? 0 : (Math.sign(along) * Math.max(0, Math.abs(along) - alpha)) / square;
      if (after === before) return;
      for (let row = 0; row < rest.length; row++) rest[row] = (rest[row] as number) - (after - before) * (column[row] as number);
      coefficients[i] = after;
      changed = Math.max(changed, Math.abs(after - before));
    });
    if (!(changed > PRECISION * coefficients.reduce((most, value) => Math.max(most, Math.abs(value)), 0))) break;
  }
  return coefficients;
}

/** Presence of features and scores less their weighted means, times the root of their weights' part: an intercept is then none. */
function centred({ coalitions, scores, weights }: Observed) {
  const count = coalitions[0]?.length ?? 0;
  let total = 0;
  for (let i = 0; i < coalitions.length; i++) total += weights[i] as number;
  const parts = Float64Array.from(coalitions, (_, i) => (weights[i] as number) / total);
  const scaled = (value: (row: number) => number): Float64Array => {
    const mean = parts.reduce((sum, part, row) => sum + part * value(row), 0);
    return parts.map((part, row) => Math.sqrt(part) * (value(row) - mean));
  };
  return {
    columns: Array.from({ length: count }, (_, feature) => scaled((row) => coalitions[row]?.[feature] as number)),
    outcomes: scaled((row) => scores[row] as number),
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
