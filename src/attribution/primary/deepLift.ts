import type { Tensor } from '../../tensor/tensor.ts';
import type { Baselines } from '../baselines.ts';
import type { Point, Subject } from '../evaluation/subject.ts';
import { type Attribution, defineMethod } from '../method.ts';
import { convergenceDelta, incompleteRemarks } from './completeness.ts';
import { DEEP_LIFT_PARAMETERS, type MultiplierOptions, type Rescaled, rescaled } from './multipliers.ts';

/**
 * captum.attr.DeepLift (Shrikumar et al. 2017, https://arxiv.org/abs/1704.02685), by the rescale rule. Where Captum is not complete, this
 * is: values of overlapping MaxPool windows are added up, and Softmax shares all of its difference among its inputs. Captum sees modules
 * alone; here every operator of its list is treated, but for the Sigmoid or Tanh inside a SiLU, GELU or Mish.
 */
export const deepLift = defineMethod({
  name: 'DeepLift',
  level: 'primary',
  needsTarget: true,
  baselines: 'one',
  doc: 'How much every input value adds to the difference from the score of the baseline, by the change of each activation over the change of its input.',
  paper: { authors: 'Shrikumar et al.', year: 2017, url: 'https://arxiv.org/abs/1704.02685' },
  parameters: DEEP_LIFT_PARAMETERS,
  attribute: ({ subject, baselines, parameters }) => deepLiftOf(subject, subject.attributed, inputsOf(subject), baselines, parameters),
});

export const inputsOf = ({ attributed }: Subject): string => attributed.map((name) => `the input ${name}`).join(' and ');

/** DeepLift to inputs or to a layer's values, against one baseline per example. */
export async function deepLiftOf(
  subject: Subject,
  values: readonly string[],
  what: string,
  baselines: Baselines,
  options: MultiplierOptions,
): Promise<Attribution> {
  const { point } = subject;
  const at = Object.fromEntries(subject.attributed.map((name) => [name, baselines.per(name, point[name] as Tensor<'float32'>)])) as Point;
  return complete(subject, values, await rescaled(subject, values, at, what, options), options);
}

/** The attributions with their delta, and the reasons where it is not near zero. */
export function complete(
  subject: Subject,
  values: readonly string[],
  result: Rescaled,
  { multiply_by_inputs, rescale_all }: MultiplierOptions,
): Attribution {
  const parts = values.map((name, i) => ({ name, tensor: result.attributions[i] })) as unknown as Attribution['parts'];
  const delta = multiply_by_inputs ? convergenceDelta(result.attributions, result.scores, result.baselineScores) : undefined;
  if (!delta) return { parts };
  const remarks = incompleteRemarks(subject, values, delta, result, rescale_all);
  return { parts, delta, ...(remarks.length > 0 && { remarks }) };
}
