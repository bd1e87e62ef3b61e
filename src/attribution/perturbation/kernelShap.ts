import { defineMethod } from '../method.ts';
import type { Random } from '../random.ts';
import { type Asked, Coalitions } from './coalitions.ts';
import { FEATURE_MASK, PERTURBATIONS_PER_EVAL } from './parameters.ts';
import { linearRegression } from './regression.ts';
import { surrogate } from './surrogate.ts';

/** In place of the infinite weight of the two coalitions that a model of Shapley values must have exactly. */
const EXACT = 1e6;

/**
 * captum.attr.KernelShap (Lundberg and Lee 2017, https://arxiv.org/abs/1705.07874): a linear regression of the score on which features
 * are present. All features, none, and random sets of which one of size k among M features is as likely as the kernel
 * (M − 1) / (k (M − k)) says, so that the coefficients tend to the Shapley values.
 */
export const kernelShap = defineMethod({
  name: 'KernelShap',
  level: 'primary',
  needsTarget: true,
  baselines: 'one',
  doc: 'Shapley values by a linear model of the score, fitted to random sets of features: few runs for many features.',
  differs:
    'Random: compared with what it tends to, within five times the error that its samples are expected to have. The examples of a batch share their samples.',
  paper: { authors: 'Lundberg and Lee', year: 2017, url: 'https://arxiv.org/abs/1705.07874' },
  parameters: {
    feature_mask: FEATURE_MASK,
    n_samples: {
      type: 'integer',
      default: 25,
      min: 2,
      doc: 'How many sets of features are taken, all and none among them; each takes a run.',
    },
    perturbations_per_eval: PERTURBATIONS_PER_EVAL,
  },
  cost: ({ parameters }) => parameters.n_samples,
  async attribute(request) {
    const { n_samples: samples } = request.parameters;
    const game = new Coalitions(request);
    const { count } = game;
    const attribution = await surrogate(game, drawn(game, samples, request.random), samples, {
      weigh: (coalition) => (coalition.every((present) => present === coalition[0]) ? EXACT : 1),
      regress: linearRegression,
    });
    const remark = `${samples} samples do not determine ${count} features: of all attributions that fit them, these are the smallest. Give n_samples of several times ${count}, or larger features.`;
    return samples <= count ? { ...attribution, remarks: [remark] } : attribution;
  },
});

/** All features, none, and sets of random sizes. */
function* drawn(game: Coalitions, samples: number, random: Random): Generator<Asked> {
  const { count } = game;
  yield { coalition: game.every(1) };
  yield { coalition: game.every(0) };
  const upTo = [0];
  for (let size = 1; size < count; size++) upTo.push((upTo[size - 1] as number) + 1 / (size * (count - size)));
  for (let i = 2; i < samples; i++) {
    const at = random.uniform() * (upTo[count - 1] as number);
    const size =
      count === 1
        ? i % 2
        : Math.max(
            1,
            upTo.findIndex((sum) => at < sum),
          );
    const coalition = game.every(0);
    for (const feature of random.permutation(count).subarray(0, size)) coalition[feature] = 1;
    yield { coalition };
  }
}
