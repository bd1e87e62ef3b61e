import { InspectumError } from '../../tensor/errors.ts';
import { defineMethod } from '../method.ts';
import type { Random } from '../random.ts';
import { type Asked, type Coalition, Coalitions } from './coalitions.ts';
import { FEATURE_MASK, PERTURBATIONS_PER_EVAL } from './parameters.ts';
import { lasso } from './regression.ts';
import { surrogate } from './surrogate.ts';

/**
 * captum.attr.Lime (Ribeiro et al. 2016, https://arxiv.org/abs/1602.04938) with its default surrogate: a Lasso of which features are
 * present, each with probability ½, weighted by how like the input the perturbed input is. The coefficients are of the score's scale.
 */
export const lime = defineMethod({
  name: 'Lime',
  level: 'primary',
  needsTarget: true,
  baselines: 'one',
  doc: 'The coefficients of a sparse linear model of the score, fitted to random sets of features around the input.',
  differs:
    'Random: compared with what it tends to, within five times the error that its samples are expected to have. The examples of a batch share their samples.',
  paper: { authors: 'Ribeiro et al.', year: 2016, url: 'https://arxiv.org/abs/1602.04938' },
  parameters: {
    feature_mask: FEATURE_MASK,
    n_samples: { type: 'integer', default: 25, min: 2, doc: 'How many sets of features are drawn; each takes a run.' },
    alpha: { type: 'number', default: 0.01, min: 0, doc: 'How much the Lasso holds coefficients down: below it in size they become 0.' },
    distance_mode: {
      type: 'choice',
      default: 'cosine',
      choices: ['cosine', 'euclidean'],
      doc: 'How the distance of a perturbed input from the input is measured.',
    },
    kernel_width: { type: 'number', default: 1, min: 1e-6, doc: 'The distance at which a sample still counts e^-½ as much as the input.' },
    perturbations_per_eval: PERTURBATIONS_PER_EVAL,
  },
  cost: ({ parameters }) => parameters.n_samples,
  async attribute(request) {
    const { n_samples: samples, alpha, distance_mode: mode, kernel_width: width } = request.parameters;
    const game = new Coalitions(request);
    const distance = distanceIn(game, mode);
    let heaviest = 0;
    const attribution = await surrogate(game, drawn(game, samples, request.random), samples, {
      weigh(coalition, example) {
        const weight = Math.exp(-(distance(coalition, example) ** 2) / (2 * width * width));
        heaviest = Math.max(heaviest, weight);
        return weight;
      },
      regress: (observed) => lasso(observed, alpha),
    });
    if (heaviest === 0)
      throw new InspectumError(
        'usage',
        `Lime: no sample is near enough to the input to count at kernel_width=${width}: give a larger one.`,
      );
    const isZero = attribution.parts.every(({ tensor }) => tensor.data.every((value) => value === 0));
    const remark = `Every coefficient is 0: alpha=${alpha} is much against how little the score changes among the samples that count at kernel_width=${width}. Give a smaller alpha, or a larger kernel_width.`;
    return isZero && alpha > 0 ? { ...attribution, remarks: [remark] } : attribution;
  },
});

function* drawn(game: Coalitions, count: number, random: Random): Generator<Asked> {
  for (let i = 0; i < count; i++) yield { coalition: game.every(0).map(() => random.integer(2)) };
}

/** PyTorch's CosineSimilarity takes no vector for shorter. */
const SHORTEST = 1e-8;

/** The distance of an example in which only some features are present from the example, over all that is perturbed. */
function distanceIn(game: Coalitions, mode: 'cosine' | 'euclidean'): (coalition: Coalition, example: number) => number {
  const { count } = game;
  const own = game.sums((value) => value * value);
  const absent = game.sums((_, baseline) => baseline * baseline);
  const both = game.sums((value, baseline) => value * baseline);
  const apart = game.sums((value, baseline) => (value - baseline) ** 2);
  const sum = (coalition: Coalition, example: number, present: Float64Array | undefined, otherwise: Float64Array): number =>
    coalition.reduce((total, here, i) => total + ((here ? present : otherwise)?.[example * count + i] ?? 0), 0);
  if (mode === 'euclidean') return (coalition, example) => Math.sqrt(sum(coalition, example, undefined, apart));
  return (coalition, example) => {
    const length = Math.sqrt(sum(coalition, example, own, own));
    const perturbed = Math.sqrt(sum(coalition, example, own, absent));
    return 1 - sum(coalition, example, own, both) / (Math.max(length, SHORTEST) * Math.max(perturbed, SHORTEST));
  };
}
