import { tensor } from '../../tensor/tensor.ts';
import type { Point } from '../evaluation/subject.ts';
import type { AttributionPart } from '../method.ts';
import type { Random } from '../random.ts';
import { defineMetric, N_PERTURB_SAMPLES } from './metric.ts';

const NORMS = {
  fro: (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)),
  inf: (values: readonly number[]) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  '1': (values: readonly number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0),
} as const;

export type Norm = keyof typeof NORMS;

/**
 * captum.metrics.sensitivity_max (Yeh et al. 2019): the greatest ‖φ(x′) − φ(x)‖ / ‖φ(x)‖ over inputs x′ drawn evenly from a cube around
 * the input. A method that draws random numbers draws the same at every input.
 */
export const sensitivityMax = defineMetric({
  name: 'sensitivity_max',
  doc: 'How much the attribution changes at most, as a part of its size, when the input changes very little. 0 is best.',
  paper: { authors: 'Yeh et al.', year: 2019, url: 'https://arxiv.org/abs/1901.09392' },
  parameters: {
    perturb_radius: {
      type: 'number',
      default: 0.02,
      min: 0,
      doc: 'How far every element of the input is moved at most, in its own units.',
    },
    n_perturb_samples: N_PERTURB_SAMPLES,
    norm_ord: {
      type: 'choice',
      default: 'fro',
      choices: Object.keys(NORMS) as Norm[],
      doc: 'The norm: the root of the sum of squares, the greatest, or the sum of absolute values.',
    },
  },
  cost: ({ n_perturb_samples }, passes) => n_perturb_samples * passes,
  measure({ subject, attribution, explain, parameters, random, work }) {
    const { n_perturb_samples: count, perturb_radius: radius, norm_ord: norm } = parameters;
    const { point } = subject;
    return sensitivityOf(attribution.parts, count, norm, async (i) => {
      const { parts } = await explain(subject.movedTo(moved(point, radius, random)), work.part(i, count));
      await work.step(i + 1, count);
      return parts;
    });
  },
});

const moved = (point: Point, radius: number, random: Random): Point =>
  Object.fromEntries(
    Object.entries(point).map(([name, { dims, data }]) => [
      name,
      tensor(
        'float32',
        dims,
        data.map((x) => x + radius * (2 * random.uniform() - 1)),
      ),
    ]),
  );

/**
 * The sensitivity of attributions.
 * @param parts of the input
 * @param explain the same of the i-th perturbed input, in order
 * @returns one number per example; where the attribution is 0 everywhere, of the change itself
 */
export async function sensitivityOf(
  parts: readonly AttributionPart[],
  count: number,
  norm: Norm,
  explain: (i: number) => Promise<readonly AttributionPart[]>,
): Promise<number[]> {
  const examples = parts[0]?.tensor.dims[0] ?? 1;
  const sizes = Array.from({ length: examples }, (_, example) => NORMS[norm](valuesOf(parts, example, examples)) || 1);
  const most = new Array<number>(examples).fill(0);
  for (let i = 0; i < count; i++) {
    const found = await explain(i);
    for (const [example, size] of sizes.entries()) {
      const before = valuesOf(parts, example, examples);
      const changes = valuesOf(found, example, examples).map((value, at) => value - (before[at] as number));
      most[example] = Math.max(most[example] as number, NORMS[norm](changes) / size);
    }
  }
  return most;
}

/** All attributions of one example. */
const valuesOf = (parts: readonly AttributionPart[], example: number, examples: number): number[] =>
  parts.flatMap(({ tensor: { data } }) => {
    const size = data.length / examples;
    return Array.from(data.subarray(example * size, (example + 1) * size));
  });
