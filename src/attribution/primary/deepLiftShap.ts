import { InspectumError } from '../../tensor/errors.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import { examplesOf, repeated } from '../evaluation/examples.ts';
import { type Attribution, type AttributionRequest, defineMethod } from '../method.ts';
import { complete, inputsOf } from './deepLift.ts';
import { DEEP_LIFT_PARAMETERS, type MultiplierOptions, type Rescaled, rescaled } from './multipliers.ts';

const { multiply_by_inputs, rescale_all } = DEEP_LIFT_PARAMETERS;
export const DEEP_LIFT_SHAP_PARAMETERS = { multiply_by_inputs, rescale_all };
/** Captum's, which DeepLiftShap cannot change. */
const { default: EPS } = DEEP_LIFT_PARAMETERS.eps;

type ShapRequest = AttributionRequest<Omit<MultiplierOptions, 'eps'>>;

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
  parameters: DEEP_LIFT_SHAP_PARAMETERS,
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
  const [count = 1] = counts;
  if (count < 2 || counts.some((other) => other !== count))
    throw new InspectumError(
      'usage',
      `DeepLiftShap needs at least two baselines, as many for every input; there are ${counts.join(' and ')}. DeepLift compares with one.`,
    );
  const mean = new Mean();
  for (let i = 0; i < count; i++) {
    const at = Object.fromEntries(Object.entries(all).map(([name, each]) => [name, repeated(examplesOf(each, i, i + 1), examples)]));
    mean.add(await rescaled(subject, values, at, what, options));
    await work.step(i + 1, count, () => complete(subject, values, mean.value, options));
  }
  return complete(subject, values, mean.value, options);
}

/** The mean of results, as they come. */
class Mean {
  #sums: Float64Array[] = [];
  #first: Rescaled | undefined;
  #count = 0;

  add(result: Rescaled): void {
    this.#first ??= result;
    const all = [...result.attributions.map(({ data }) => data), result.baselineScores];
    if (this.#count++ === 0) this.#sums = all.map((data) => new Float64Array(data.length));
    all.forEach((data, i) => {
      const sum = this.#sums[i] as Float64Array;
      for (let j = 0; j < data.length; j++) sum[j] = (sum[j] as number) + (data[j] as number);
    });
  }

  get value(): Rescaled {
    const { attributions, scores } = this.#first as Rescaled;
    const means = this.#sums.map((sum) => sum.map((value) => value / this.#count));
    return {
      attributions: attributions.map(({ dims }, i) => tensor('float32', dims, Float32Array.from(means[i] as Float64Array))),
      scores,
      baselineScores: means[attributions.length] as Float64Array,
    };
  }
}
