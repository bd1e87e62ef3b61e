import type { ValuesOf } from '../../tensor/parameters.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { forwardAt, gradientsAt, resultsOf } from '../evaluation/points.ts';
import type { Point } from '../evaluation/subject.ts';
import { type Attribution, type AttributionRequest, defineMethod, gradientCost, partsOf, RETURN_CONVERGENCE_DELTA } from '../method.ts';
import { WeightedSums } from '../path/arithmetic.ts';
import { MULTIPLY_BY_INPUTS } from '../path/parameters.ts';
import { timesLength } from '../path/path.ts';
import { drawnBaseline, drawnBetween } from '../sampling/drawn.ts';
import { stdevsParameter, withNoise } from '../sampling/noise.ts';
import { convergenceDelta } from './completeness.ts';

export const GRADIENT_SHAP_PARAMETERS = {
  multiply_by_inputs: MULTIPLY_BY_INPUTS,
  n_samples: { type: 'integer', default: 5, min: 1, doc: 'Random points that are averaged.' },
  stdevs: stdevsParameter(0),
} as const;

/**
 * captum.attr.GradientShap (Lundberg and Lee 2017, https://arxiv.org/abs/1705.07874): the expectation of the gradient at a uniformly
 * random point between the noisy input and a random baseline, times their difference.
 */
export const gradientShap = defineMethod({
  name: 'GradientShap',
  level: 'primary',
  needsTarget: true,
  baselines: 'distribution',
  doc: 'The gradient at random points between the input and random baselines, times their difference, averaged: an approximation of Shapley values.',
  paper: { authors: 'Lundberg and Lee', year: 2017, url: 'https://arxiv.org/abs/1705.07874' },
  parameters: { ...GRADIENT_SHAP_PARAMETERS, return_convergence_delta: RETURN_CONVERGENCE_DELTA },
  cost: ({ parameters: { n_samples: count, multiply_by_inputs: multiplied }, behind }) =>
    (gradientCost(behind) + (multiplied ? 2 : 0)) * count,
  attribute: (request) => gradientShapOf(request, undefined, 'the input'),
});

/**
 * GradientShap to the inputs or to a layer's values. As in Captum the gradient is that at a random point of the inputs, and the difference
 * that of the layer's values at the noisy input and the baseline. The delta is the mean of the samples'.
 * @param layer the layer's values; undefined: the inputs
 * @param what is attributed to, for errors
 */
export async function gradientShapOf(
  { subject, baselines, parameters, random, work }: AttributionRequest<ValuesOf<typeof GRADIENT_SHAP_PARAMETERS>>,
  layer: readonly string[] | undefined,
  what: string,
): Promise<Attribution> {
  const { multiply_by_inputs: multiplied, n_samples: count, stdevs } = parameters;
  const { point } = subject;
  const values = layer ?? subject.attributed;
  const sums = new WeightedSums();
  // as many as there are scores: the first axis of an input need not be the batch
  const scores: { readonly from: number[]; readonly to: number[] } = { from: [], to: [] };
  const end = async (at: Point, total: number[]) => {
    const { explained, values: own } = await forwardAt(subject, layer ?? [], at);
    subject.scoresIn(explained).forEach((score, i) => {
      total[i] = (total[i] ?? 0) + score / count;
    });
    return layer ? own : at;
  };
  const result = (tensors: readonly Tensor<'float32'>[], samples: number): Attribution => ({ parts: partsOf(values, tensors), samples });
  for (let i = 0; i < count; i++) {
    const to = withNoise(point, stdevs, random, 'GradientShap');
    const from = drawnBaseline(point, baselines, random);
    const results = await gradientsAt(subject, values, what, drawnBetween(from, to, random));
    const gradients = resultsOf(results, 'gradient', values);
    const sample = multiplied
      ? timesLength(gradients, values, { from: await end(from, scores.from), to: await end(to, scores.to) })
      : gradients;
    sums.add(sample, 1 / count);
    await work.step(i + 1, count, () => result(sums.extrapolated(1), i + 1));
  }
  const { tensors } = sums;
  const delta = multiplied ? convergenceDelta(tensors, Float64Array.from(scores.to), Float64Array.from(scores.from)) : undefined;
  return { ...result(tensors, count), ...(delta && { delta }) };
}
