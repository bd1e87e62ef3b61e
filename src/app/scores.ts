import type { Graph, Node } from '../graph/graph.ts';
import type { ClassScore } from '../protocol/model.ts';

/** What the numbers of an output are. */
export type Scale = 'logits' | 'log-odds' | 'probabilities' | 'log-probabilities' | 'sigmoid';

/** Operators that leave scores as they are. */
const TRANSPARENT = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Cast', 'Dropout']);
const BY_OPERATOR: Readonly<Record<string, Scale>> = {
  Softmax: 'probabilities',
  LogSoftmax: 'log-probabilities',
  Sigmoid: 'sigmoid',
  HardSigmoid: 'sigmoid',
};

/** The operator that turns logits into an output's numbers, also behind operators that leave them as they are. */
function squashing(graph: Graph, output: string): { readonly node: Node; readonly scale: Scale } | undefined {
  let value = output;
  for (let hops = 0; hops < 16; hops++) {
    const node = graph.nodes.find(({ outputs }) => outputs[0] === value);
    if (!node) return undefined;
    const scale = Object.hasOwn(BY_OPERATOR, node.op) ? BY_OPERATOR[node.op] : undefined;
    if (scale) return { node, scale };
    if (!TRANSPARENT.has(node.op)) return undefined;
    value = node.inputs[0] ?? '';
  }
  return undefined;
}

/** Tells by the operator that makes an output, unless the configuration says. */
export const scaleOf = (graph: Graph, output: string, configured: 'logits' | 'probabilities' | 'auto'): Scale =>
  configured === 'auto' ? (squashing(graph, output)?.scale ?? 'logits') : configured;

/** A value that can be explained in place of an output, and what its numbers are. */
export interface Logits {
  readonly value: string;
  readonly scale: Scale;
  /** The operator that they go into. */
  readonly operator: string;
}

/**
 * What stands before an output's Softmax, LogSoftmax or Sigmoid. A confident probability has almost no gradient left; its logit has.
 * @returns undefined where the output has no such operator
 */
export function logitsBefore(graph: Graph, output: string): Logits | undefined {
  const found = squashing(graph, output);
  const value = found?.node.inputs[0];
  return found && value ? { value, scale: found.scale === 'sigmoid' ? 'log-odds' : 'logits', operator: found.node.op } : undefined;
}

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
  probabilities: (count) => `${count} probabilities, as the model gives them`,
  'log-probabilities': (count) => `exp of ${count} log-probabilities`,
  sigmoid: (count) => `${count} sigmoid outputs, as the model gives them`,
};

export const describeScale = (scale: Scale, count: number): string => SENTENCES[scale](count);

export function classScore(
  index: number,
  scores: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  labels: readonly string[] | undefined,
): ClassScore {
  const label = labels?.[index];
  return { index, ...(label !== undefined && { label }), score: scores[index] as number, probability: probabilities[index] as number };
}

/** The place of the highest value, the first of equal ones. */
export const indexOfMax = (values: Float32Array): number => values.reduce((best, v, i) => (v > (values[best] as number) ? i : best), 0);

/** The classes with the highest scores, best first. */
export function topClasses(scores: ArrayLike<number>, scale: Scale, labels: readonly string[] | undefined, count: number): ClassScore[] {
  const probabilities = probabilitiesOf(scores, scale);
  return Array.from({ length: scores.length }, (_, index) => index)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number))
    .slice(0, count)
    .map((index) => classScore(index, scores, probabilities, labels));
}
