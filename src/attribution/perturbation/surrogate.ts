import type { Attribution } from '../method.ts';
import type { Asked, Coalition, Coalitions } from './coalitions.ts';
import { type Observed, refuseTooLarge } from './regression.ts';

/**
 * Fits a linear model of the features' presence to the scores of coalitions: for every example its own, to the same coalitions.
 * @param asked `total` coalitions
 * @param weigh how much a coalition counts for an example
 * @throws InspectumError 'too-large', and as `visitScores` does
 * @returns the coefficients, to every element that of its feature
 */
export async function surrogate(
  game: Coalitions,
  asked: Iterable<Asked>,
  total: number,
  { weigh, regress }: { weigh(coalition: Coalition, example: number): number; regress(observed: Observed): Float64Array },
): Promise<Attribution> {
  const { examples, count } = game;
  refuseTooLarge(count, total);
  const taken: Coalition[] = [];
  const scores = Array.from({ length: examples }, () => new Float64Array(total));
  const fitted = (): Attribution => {
    const coefficients = new Float64Array(examples * count);
    scores.forEach((own, example) => {
      const weights = Float64Array.from(taken, (coalition) => weigh(coalition, example));
      coefficients.set(regress({ coalitions: taken, scores: own, weights }), example * count);
    });
    return game.spread(coefficients);
  };
  const visit = ({ coalition }: Asked, own: Float64Array): void => {
    own.forEach((score, example) => {
      (scores[example] as Float64Array)[taken.length] = score;
    });
    taken.push(coalition);
  };
  await game.evaluate(asked, total, visit, fitted);
  return { ...fitted(), samples: total };
}
