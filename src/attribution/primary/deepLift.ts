import type { Tensor } from '../../tensor/tensor.ts';
import type { Baselines } from '../baselines.ts';
import type { Point, Subject } from '../evaluation/subject.ts';
import { type Attribution, defineMethod, gradientCost, partsOf, RETURN_CONVERGENCE_DELTA } from '../method.ts';
import { convergenceDelta, incompleteRemarks } from './completeness.ts';
import { DEEP_LIFT_PARAMETERS, type MultiplierOptions, type Rescaled, rescaled } from './multipliers.ts';

/** A gradient, and the network at the baseline. */
export const deepLiftCost = (behind: number): number => gradientCost(behind) + 1;

export const DIFFERS =
  'Captum loses a part of the difference where windows of a MaxPool overlap, at a Softmax, at an activation directly before another one, and ' +
  'with attribute_to_layer_input at a layer that is an activation; here it is complete. Captum treats modules alone; here every operator is ' +
  'treated, but for the Sigmoid or Tanh inside a SiLU, GELU or Mish.';

/**
 * captum.attr.DeepLift (Shrikumar et al. 2017, https://arxiv.org/abs/1704.02685), by the rescale rule. Where Captum is not complete, this
 * is: values of overlapping MaxPool windows are added up, and Softmax shares all of its difference among its inputs.
 */
export const deepLift = defineMethod({
  name: 'DeepLift',
  level: 'primary',
  needsTarget: true,
  baselines: 'one',
  doc: 'How much every input value adds to the difference from the score of the baseline, by the change of each activation over the change of its input.',
  paper: { authors: 'Shrikumar et al.', year: 2017, url: 'https://arxiv.org/abs/1704.02685' },
  differs: DIFFERS,
  parameters: { ...DEEP_LIFT_PARAMETERS, return_convergence_delta: RETURN_CONVERGENCE_DELTA },
  cost: ({ behind }) => deepLiftCost(behind),
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
  const parts = partsOf(values, result.attributions);
  const delta = multiply_by_inputs ? convergenceDelta(result.attributions, result.scores.to, result.scores.from) : undefined;
  if (!delta) return { parts };
  const remarks = incompleteRemarks(subject, values, delta, result.scores, rescale_all);
  return { parts, delta, ...(remarks.length > 0 && { remarks }) };
}
