import type { ClassScore } from '../../protocol/model.ts';
import type { ClassTarget } from '../../protocol/target.ts';

/** What the numbers of an output are. */
export type Scale = 'logits' | 'log-odds' | 'probabilities' | 'log-probabilities' | 'sigmoid';

/** Scores of one example as probabilities, 0 to 1. A single logit is the log-odds of the one class. */
export function probabilitiesOf(scores: ArrayLike<number>, scale: Scale): Float64Array {
  const values = Float64Array.from(scores);
  if (scale === 'probabilities' || scale === 'sigmoid') return values;
  if (scale === 'log-probabilities') return values.map(Math.exp);
  if (scale === 'log-odds' || values.length === 1) return values.map((v) => 1 / (1 + Math.exp(-v)));
  const max = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const exps = values.map((v) => Math.exp(v - max));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((v) => v / sum);
}

const SENTENCES: Readonly<Record<Scale, (count: number) => string>> = {
  logits: (count) => (count === 1 ? 'sigmoid of one logit' : `softmax of ${count} logits`),
  'log-odds': (count) => `sigmoid of ${count === 1 ? 'one logit' : `each of ${count} logits`}`,
  probabilities: (count) => `the model's ${count} probabilities`,
  'log-probabilities': (count) => `exp of ${count} log-probabilities`,
  sigmoid: (count) => `the model's ${count} sigmoid outputs`,
};

export const describeScale = (scale: Scale, count: number): string => SENTENCES[scale](count);

/** The scores of one example, and what they say of each class. */
export interface Scores {
  readonly values: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
  readonly scale: Scale;
  readonly labels: readonly string[] | undefined;
}

export const scoresWith = (values: ArrayLike<number>, scale: Scale, labels: readonly string[] | undefined): Scores => ({
  values,
  probabilities: probabilitiesOf(values, scale),
  scale,
  labels,
});

type Named = Omit<ClassTarget, 'kind'>;

/** A class, or with `negated` what counts against it: of a single score that is the other class. */
export function classScore(scores: Scores, named: Named): ClassScore {
  const { values, probabilities, scale } = scores;
  const { index, negated } = named;
  const label = labelOf(scores, named);
  const [score, probability] = [values[index] as number, probabilities[index] as number];
  return {
    index,
    ...(negated && { negated }),
    ...(label !== undefined && { label }),
    text: label ?? inWords(scores, named),
    score: negated ? NEGATED[scale](score) : score,
    probability: negated ? 1 - probability : probability,
  };
}

/** Of two labels for one score, the second is the score's and the first its negation's. */
function labelOf({ values, labels = [] }: Scores, { index, negated }: Named): string | undefined {
  const [first, second] = labels;
  if (values.length === 1 && second !== undefined) return negated ? first : second;
  const label = labels[index];
  return negated && label !== undefined ? `not ${label}` : label;
}

const NEGATED: Readonly<Record<Scale, (score: number) => number>> = {
  logits: (score) => -score,
  'log-odds': (score) => -score,
  probabilities: (score) => 1 - score,
  sigmoid: (score) => 1 - score,
  'log-probabilities': (score) => Math.log1p(-Math.exp(score)),
};

/** A class without a label. */
function inWords({ values }: Scores, { index, negated }: Named): string {
  if (values.length === 1) return negated ? 'the negative class' : 'the positive class';
  return `${negated ? 'not ' : ''}class ${index}`;
}

/** The class that is explained where nobody has chosen: the most probable one. */
export const topTarget = ({ values, probabilities }: Scores): ClassTarget =>
  values.length === 1 && (probabilities[0] as number) < 0.5
    ? { kind: 'class', index: 0, negated: true }
    : { kind: 'class', index: indexOfMax(values) };

/** The place of the highest value, the first of equal ones. */
export function indexOfMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** The classes with the highest scores, best first; a single score and its negation are two. */
export function topClasses(scores: Scores, count: number): ClassScore[] {
  const { values } = scores;
  if (values.length === 1)
    return [classScore(scores, { index: 0 }), classScore(scores, { index: 0, negated: true })]
      .sort((a, b) => b.probability - a.probability)
      .slice(0, count);
  return Array.from(values, (_, index) => index)
    .sort((a, b) => (values[b] as number) - (values[a] as number))
    .slice(0, count)
    .map((index) => classScore(scores, { index }));
}
