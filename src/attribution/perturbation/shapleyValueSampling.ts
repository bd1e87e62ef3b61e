import type { Attribution } from '../method.ts';
import { defineMethod } from '../method.ts';
import type { Random } from '../random.ts';
import { type Asked, Coalitions, featureCount } from './coalitions.ts';
import { FEATURE_MASK, PERTURBATIONS_PER_EVAL } from './parameters.ts';

/**
 * captum.attr.ShapleyValueSampling (Castro et al. 2009, https://doi.org/10.1016/j.cor.2008.04.004): for every feature the mean, over
 * some random orders, of what the score gains when the feature joins those before it. The same orders serve all examples.
 */
export const shapleyValueSampling = defineMethod({
  name: 'ShapleyValueSampling',
  level: 'primary',
  needsTarget: true,
  baselines: 'one',
  doc: 'What each feature adds to the score, averaged over random orders in which the features are added.',
  differs: 'Random: compared with what it tends to, within five times the error that its samples are expected to have.',
  paper: { authors: 'Castro et al.', year: 2009, url: 'https://doi.org/10.1016/j.cor.2008.04.004' },
  parameters: {
    feature_mask: FEATURE_MASK,
    n_samples: { type: 'integer', default: 25, min: 1, doc: 'How many orders of the features are drawn; each takes a run per feature.' },
    perturbations_per_eval: PERTURBATIONS_PER_EVAL,
  },
  cost: (workload) => 2 + workload.parameters.n_samples * (featureCount(workload) - 1),
  async attribute(request) {
    const game = new Coalitions(request);
    const { n_samples: orders } = request.parameters;
    const gains = new Gains(game);
    const total = 2 + orders * (game.count - 1);
    await game.evaluate(growing(game, orders, request.random), total, (step, scores) => gains.add(step, scores), gains.mean);
    return { ...gains.mean(), samples: orders };
  },
});

/** A coalition of an order's first features: which was the last of them to join, and which follows where only one is left. */
interface Step extends Asked {
  readonly joined?: number;
  readonly isFirst?: boolean;
  readonly left?: number | undefined;
}

/** No features, all features, and for every order its first one, two, … features; the last joins without another run. */
function* growing(game: Coalitions, orders: number, random: Random): Generator<Step> {
  const { count } = game;
  yield { coalition: game.every(0) };
  yield { coalition: game.every(1) };
  for (let i = 0; i < orders; i++) {
    const order = random.permutation(count);
    const coalition = game.every(0);
    for (let k = 0; k < count - 1; k++) {
      const joined = order[k] as number;
      coalition[joined] = 1;
      yield { coalition: coalition.slice(), joined, isFirst: k === 0, left: k === count - 2 ? order[k + 1] : undefined };
    }
  }
}

/** The sum of every feature's gains, and their number. */
class Gains {
  readonly #game: Coalitions;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;
  readonly #ends: Float64Array[] = [];
  #before: Float64Array = new Float64Array();

  constructor(game: Coalitions) {
    this.#game = game;
    this.#sums = new Float64Array(game.examples * game.count);
    this.#counts = new Uint32Array(game.count);
  }

  add({ joined, isFirst, left }: Step, scores: Float64Array): void {
    const [none, all] = this.#ends;
    if (joined === undefined || !none || !all) {
      this.#ends.push(scores);
      if (none && this.#game.count === 1) this.#gain(0, none, scores);
      return;
    }
    this.#gain(joined, isFirst ? none : this.#before, scores);
    if (left !== undefined) this.#gain(left, scores, all);
    this.#before = scores;
  }

  readonly mean = (): Attribution => {
    const { count } = this.#game;
    return this.#game.spread(this.#sums.map((sum, at) => sum / Math.max(1, this.#counts[at % count] as number)));
  };

  #gain(feature: number, before: Float64Array, after: Float64Array): void {
    this.#counts[feature] = (this.#counts[feature] as number) + 1;
    for (let example = 0, at = feature; example < after.length; example++, at += this.#game.count)
      this.#sums[at] = (this.#sums[at] as number) + (after[example] as number) - (before[example] as number);
  }
}
