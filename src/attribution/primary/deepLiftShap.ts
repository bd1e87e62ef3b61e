import { InspectumError } from '../../tensor/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { examplesOf, repeated } from '../evaluation/examples.ts';
import { type Attribution, type AttributionRequest, defineMethod, RETURN_CONVERGENCE_DELTA, type Workload } from '../method.ts';
import { WeightedSums } from '../path/arithmetic.ts';
import { complete, DIFFERS, deepLiftCost, inputsOf } from './deepLift.ts';
import { DEEP_LIFT_PARAMETERS, type MultiplierOptions, rescaled } from './multipliers.ts';

const { multiply_by_inputs, rescale_all } = DEEP_LIFT_PARAMETERS;
export const DEEP_LIFT_SHAP_PARAMETERS = { multiply_by_inputs, rescale_all };
/** Captum's, which DeepLiftShap cannot change. */
const { default: EPS } = DEEP_LIFT_PARAMETERS.eps;

type ShapRequest = AttributionRequest<Omit<MultiplierOptions, 'eps'>>;

/** That of DeepLift with every baseline. */
export const deepLiftShapCost = ({ baselines, behind }: Pick<Workload, 'baselines' | 'behind'>): number => baselines * deepLiftCost(behind);

/**
 * captum.attr.DeepLiftShap (Lundberg and Lee 2017, https://arxiv.org/abs/1705.07874): the mean of DeepLift over several baselines, all of
 * which every example is compared with. The delta is that of the mean.
 */
export const deepLiftShap = defineMethod({
  name: 'DeepLiftShap',
  level: 'primary',
  needsTarget: true,
  baselines: 'distribution',
  doc: 'The mean of DeepLift over several baselines, an approximation of Shapley values.',
  paper: { authors: 'Lundberg and Lee', year: 2017, url: 'https://arxiv.org/abs/1705.07874' },
  differs: DIFFERS,
  parameters: { ...DEEP_LIFT_SHAP_PARAMETERS, return_convergence_delta: RETURN_CONVERGENCE_DELTA },
  cost: deepLiftShapCost,
  attribute: (request) => deepLiftShapOf(request, request.subject.attributed, inputsOf(request.subject)),
});

/**
 * DeepLiftShap to inputs or to a layer's values: a pass for every baseline.
 * @throws InspectumError 'usage' for a single baseline, and for inputs with different numbers of them
 */
export async function deepLiftShapOf(
  { subject, baselines, parameters, work }: ShapRequest,
  values: readonly string[],
  what: string,
): Promise<Attribution> {
  const options = { ...parameters, eps: EPS };
  const { point, examples } = subject;
  const all = Object.fromEntries(subject.attributed.map((name) => [name, baselines.all(name, point[name] as Tensor<'float32'>)]));
  const counts = Object.values(all).map(({ dims }) => dims[0] ?? 1);
  // a number is the same in every baseline
  const given = counts.filter((_, i) => typeof baselines.of(subject.attributed[i] ?? '') !== 'number');
  const [count = Math.max(...counts)] = given;
  if (count < 2 || given.some((other) => other !== count))
    throw new InspectumError(
      'usage',
      `DeepLiftShap needs at least two baselines, as many for every input; there are ${(given.length > 0 ? given : counts).join(' and ')}. DeepLift compares with one.`,
    );
  const sums = new WeightedSums();
  const from = new Float64Array(examples);
  let to: Float64Array = from;
  const mean = (done: number): Attribution =>
    complete(subject, values, { attributions: sums.extrapolated(1), scores: { from: from.map((sum) => sum / done), to } }, options);
  for (let i = 0; i < count; i++) {
    const at = Object.fromEntries(
      Object.entries(all).map(([name, each]) => {
        const own = i % (each.dims[0] ?? 1);
        return [name, repeated(examplesOf(each, own, own + 1), examples)];
      }),
    );
    const { attributions, scores } = await rescaled(subject, values, at, what, options);
    sums.add(attributions, 1);
    scores.from.forEach((score, example) => {
      from[example] = (from[example] as number) + score;
    });
    to = scores.to;
    await work.step(i + 1, count, () => mean(i + 1));
  }
  return mean(count);
}
