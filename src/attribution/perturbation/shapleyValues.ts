import { InspectumError } from '../../tensor/errors.ts';
import { defineMethod } from '../method.ts';
import { Coalitions, featureCount } from './coalitions.ts';
import { FEATURE_MASK, PERTURBATIONS_PER_EVAL } from './parameters.ts';

/** Features beyond which exact values are refused: a million coalitions. */
const MOST = 20;

/**
 * captum.attr.ShapleyValues (Shapley 1953): for every feature the mean, over all orders in which features can join, of what the score
 * gains when it joins. The mean over the M! orders is taken as the weighted sum over the 2^M coalitions that it consists of.
 */
export const shapleyValues = defineMethod({
  name: 'ShapleyValues',
  level: 'primary',
  needsTarget: true,
  baselines: 'one',
  doc: 'What each feature adds to the score, averaged over all orders in which the features can be added: exact, for few features.',
  differs: 'From every set of features once, 2^M runs, in place of every order; more than 20 features are refused.',
  paper: { authors: 'Shapley', year: 1953, url: 'https://doi.org/10.1515/9781400881970-018' },
  parameters: { feature_mask: FEATURE_MASK, perturbations_per_eval: PERTURBATIONS_PER_EVAL },
  cost: (workload) => 2 ** featureCount(workload),
  async attribute(request) {
    const game = new Coalitions(request);
    const { count, examples } = game;
    if (count > MOST)
      throw new InspectumError(
        'too-large',
        `ShapleyValues needs the score of every set of features: of ${count.toLocaleString('en')} features there are 2^${count}. It takes up to ${MOST} features (${(2 ** MOST).toLocaleString('en')} sets): group them with feature_mask, or use ShapleyValueSampling or KernelShap.`,
      );
    const weights = weightsOf(count);
    const values = new Float64Array(examples * count);
    await game.evaluate(allCoalitions(count), 2 ** count, ({ coalition, size }, scores) => {
      const [joined = 0, left = 0] = [weights[size - 1], weights[size]];
      scores.forEach((score, example) => {
        for (let i = 0, at = example * count; i < count; i++, at++)
          values[at] = (values[at] as number) + (coalition[i] ? joined * score : -left * score);
      });
    });
    return game.spread(values);
  },
});

/** For every size of a coalition, the part of the orders in which a given other feature is the next to join it: s! (M − 1 − s)! / M!. */
function weightsOf(count: number): Float64Array {
  const weights = new Float64Array(count);
  for (let size = 0, ways = 1; size < count; size++) {
    weights[size] = 1 / (count * ways);
    ways = (ways * (count - 1 - size)) / (size + 1);
  }
  return weights;
}

function* allCoalitions(count: number) {
  for (let set = 0; set < 2 ** count; set++) {
    const coalition = Uint8Array.from({ length: count }, (_, i) => (set >> i) & 1);
    yield { coalition, size: coalition.reduce((sum, present) => sum + present, 0) };
  }
}
