import type { Parameter } from '../../tensor/parameters.ts';
import { QUADRATURES, type Quadrature } from './quadrature.ts';

export const MULTIPLY_BY_INPUTS = {
  type: 'boolean',
  default: true,
  doc: 'Multiply by the difference from the baseline, so that attributions add up to what is explained; otherwise they are mean gradients.',
} as const satisfies Parameter;

/** More need time that grows with their square before the first run, for no digit of the result. */
const MAX_STEPS = 10_000;

/** How an integral along a path is approximated. */
export const pathParameters = <const Q extends Quadrature>(method: Q) =>
  ({
    n_steps: { type: 'integer', default: 50, min: 1, max: MAX_STEPS, doc: 'Points between the baseline and the input.' },
    method: { type: 'choice', default: method, choices: QUADRATURES, doc: 'Where they stand, and how they count.' },
    internal_batch_size: {
      type: 'integer',
      default: null,
      min: 1,
      doc: 'At most so many examples are computed at once; by default as many as fit into a memory budget. It changes no result.',
    },
  }) as const satisfies Readonly<Record<string, Parameter>>;
