import { InspectumError } from '../../tensor/errors.ts';
import { formatShape } from '../../tensor/shape.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Baselines } from '../baselines.ts';
import type { Point, Subject } from '../evaluation/subject.ts';
import type { AttributionPart } from '../method.ts';
import { visitScores } from '../perturbation/visitScores.ts';
import type { Random } from '../random.ts';
import { withNoise } from '../sampling/noise.ts';
import type { Work } from '../work.ts';
import { defineMetric, N_PERTURB_SAMPLES } from './metric.ts';

/**
 * captum.metrics.infidelity (Yeh et al. 2019): the mean of (I · φ − (F(x) − F(x′)))² over perturbed inputs x′, where I = x − x′ is normal
 * noise. With multiply_by_inputs, I is divided by x − baseline as Captum's infidelity_perturb_func_decorator does it.
 */
export const infidelity = defineMetric({
  name: 'infidelity',
  doc: 'How far the attribution is from what the score really loses when the input is perturbed a little: the mean of the squares of the difference. 0 is best; it has the unit of the score, squared.',
  paper: { authors: 'Yeh et al.', year: 2019, url: 'https://arxiv.org/abs/1901.09392' },
  parameters: {
    n_perturb_samples: N_PERTURB_SAMPLES,
    stdev: {
      type: 'number',
      default: 0.03,
      min: 0,
      doc: 'The standard deviation of the normal noise that perturbs the input, in its own units.',
    },
    multiply_by_inputs: {
      type: 'boolean',
      default: false,
      doc: 'For attributions that are multiplied by the input less the baseline, as those of IntegratedGradients: the noise is divided by that.',
    },
    normalize: { type: 'boolean', default: false, doc: 'Multiply the attribution by the number that makes the result least.' },
  },
  cost: ({ n_perturb_samples }) => 1 + n_perturb_samples,
  async measure({ method, level, subject, attribution, baselines, parameters, random, work }) {
    if (level === 'layer')
      throw new InspectumError('usage', `infidelity perturbs the input, but ${method} attributes to a layer: leave infidelity out.`);
    const { n_perturb_samples: count, stdev, multiply_by_inputs: divides, normalize } = parameters;
    const perturbations = noisy(subject.point, stdev, random, divides ? baselines : undefined);
    return infidelityOf(subject, attribution.parts, { count, perturbations }, { normalize, work });
  },
});

/** A perturbed input x′, and what the attribution is multiplied by: x − x′ in whole or in part. */
export interface Perturbation {
  readonly change: Point;
  readonly perturbed: Point;
}

/** @param baselines where the change is divided by the input less these */
function* noisy(point: Point, stdev: number, random: Random, baselines: Baselines | undefined): Generator<Perturbation, never> {
  for (;;) {
    const perturbed = withNoise(point, stdev, random, 'infidelity');
    const change = Object.entries(point).map(([name, value]) => {
      const absent = baselines?.per(name, value).data;
      const own = value.data.map((x, i) => {
        const changed = x - (perturbed[name]?.data[i] as number);
        return absent ? changed / (x - (absent[i] as number) || 1) : changed;
      });
      return [name, tensor('float32', value.dims, own)];
    });
    yield { change: Object.fromEntries(change), perturbed };
  }
}

/**
 * The infidelity of attributions to the values of a subject's point.
 * @param perturbations at least `count`, asked in order
 * @returns one number per example
 * @throws InspectumError 'usage' where an attribution has not its value's shape
 */
export async function infidelityOf(
  subject: Subject,
  parts: readonly AttributionPart[],
  { count, perturbations }: { readonly count: number; readonly perturbations: Iterable<Perturbation> },
  { normalize, work }: { readonly normalize: boolean; readonly work: Work },
): Promise<number[]> {
  const { point, examples } = subject;
  for (const { name, tensor: found } of parts)
    if (formatShape(found.dims) !== formatShape(point[name]?.dims ?? []))
      throw new InspectumError(
        'usage',
        `infidelity needs an attribution of the input's shape: that to ${name} has ${formatShape(found.dims)}, not ${formatShape(point[name]?.dims ?? [])}.`,
      );
  const before = await subject.scores();
  const rest = perturbations[Symbol.iterator]();
  const sums = Array.from({ length: examples }, () => ({ expected: 0, both: 0, lost: 0 }));
  const next = () => {
    const { change: made, perturbed } = rest.next().value as Perturbation;
    return { made, point: perturbed };
  };
  await visitScores({ subject, count, next, perEval: null, work }, (change, scores) => {
    scores.forEach((score, example) => {
      const expected = parts.reduce((sum, { name, tensor: found }) => sum + product(found, change[name], example, examples), 0);
      const lost = (before[example] as number) - score;
      const own = sums[example] as { expected: number; both: number; lost: number };
      own.expected += expected ** 2;
      own.both += expected * lost;
      own.lost += lost ** 2;
    });
  });
  return sums.map(({ expected, both, lost }) => {
    const factor = !normalize ? 1 : expected === 0 ? both : both / expected;
    return (factor ** 2 * expected - 2 * factor * both + lost) / count;
  });
}

/** Σ over one example of the products of two tensors. */
function product(a: Tensor<'float32'>, b: Tensor<'float32'> | undefined, example: number, examples: number): number {
  const size = a.data.length / examples;
  let sum = 0;
  for (let i = example * size; i < (example + 1) * size; i++) sum += (a.data[i] as number) * (b?.data[i] as number);
  return sum;
}
