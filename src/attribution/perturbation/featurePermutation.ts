import { InspectumError } from '../../tensor/errors.ts';
import { sizeOf } from '../../tensor/tensor.ts';
import { type Attribution, type AttributionRequest, defineMethod } from '../method.ts';
import type { Random } from '../random.ts';
import { perturbationCost, perturbFeatures } from './featureAblation.ts';
import { featuresOf, type Mask } from './featureMask.ts';
import { FEATURE_MASK, PERTURBATIONS_PER_EVAL } from './parameters.ts';

/**
 * captum.attr.FeaturePermutation (Fisher et al. 2018, https://arxiv.org/abs/1801.01489): how far the target falls when a feature is
 * exchanged among the examples of the batch, in an order that leaves not all of them in their places. Several inputs are put into
 * orders of their own. Only forward runs are made.
 */
export const featurePermutation = defineMethod({
  name: 'FeaturePermutation',
  level: 'primary',
  needsTarget: true,
  baselines: 'none',
  doc: 'How far the target falls when a feature is exchanged among the examples of the batch, feature by feature. Needs two examples or more.',
  paper: { authors: 'Fisher et al.', year: 2018, url: 'https://arxiv.org/abs/1801.01489' },
  parameters: { feature_mask: FEATURE_MASK, perturbations_per_eval: PERTURBATIONS_PER_EVAL },
  cost: (workload) => perturbationCost(workload),
  attribute: (request) => permuteFeatures(request, request.parameters.feature_mask, 'feature_mask'),
});

type Request = Pick<AttributionRequest<{ readonly perturbations_per_eval: number | null }>, 'subject' | 'parameters' | 'random' | 'work'>;

/** Captum's FeaturePermutation of a subject. @param name the mask's, for messages */
export function permuteFeatures(request: Request, mask: Mask | null, name: string): Promise<Attribution> {
  const { subject, random } = request;
  const { given, examples } = subject;
  if (examples < 2 && typeof subject.graph.inputs.find(({ name }) => name in given)?.shape?.[0] === 'number')
    throw new InspectumError(
      'unsupported',
      'A permutation exchanges features among the examples of a batch, but the model takes one example at a time: export it with a batch of any size.',
    );
  if (examples < 2)
    throw new InspectumError(
      'usage',
      'A permutation exchanges features among the examples of a batch, but the input has only one: give a .npy file with several.',
    );
  const features = featuresOf(given, mask, name);
  return perturbFeatures(request, features, (feature, copy) => {
    let changed = false;
    for (const [value, elements] of Object.entries(copy)) {
      const { data, dims } = given[value] as NonNullable<(typeof given)[string]>;
      const size = sizeOf(dims.slice(1));
      const order = notInOrder(examples, random);
      for (const element of features.elements(value, feature)) {
        const from = (order[Math.floor(element / size)] as number) * size + (element % size);
        changed ||= data[from] !== data[element];
        elements[element] = data[from] as never;
      }
    }
    return changed;
  });
}

/** An order in which not every example is in its place. */
function notInOrder(count: number, random: Random): Uint32Array {
  for (;;) {
    const order = random.permutation(count);
    if (order.some((from, to) => from !== to)) return order;
  }
}
