import type { CompositeName, LrpOptions } from '../../autodiff/rules/lrp/composites.ts';
import { COMPOSITES } from '../../autodiff/rules/lrp/composites.ts';
import { lrp } from '../../autodiff/rules/lrp/index.ts';
import { type Bias, Network } from '../../autodiff/rules/lrp/network.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { ParameterTable, ValuesOf } from '../../tensor/parameters.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Subject } from '../evaluation/subject.ts';
import { type Attribution, BACKWARD_COST, type Workload } from '../method.ts';
import { convergenceDelta } from './completeness.ts';

/** Where relevance goes another way than Captum sends it. */
export const LRP_DIFFERS =
  'At an Add relevance is shared in proportion to the summands, where Captum sends all of it down both arms. A Softmax or LogSoftmax at the end passes it through, where Captum takes the gradient. ' +
  'Every operator of convolutional networks and transformers has a rule, where Captum refuses modules that it does not know.';

export const LRP_PARAMETERS = {
  rule: {
    type: 'choice',
    default: 'Epsilon',
    choices: Object.keys(COMPOSITES) as CompositeName[],
    doc:
      "How convolutions and dense layers share their relevance: one of Captum's rules, ZPlus or Flat for all of them; Identity for those that keep " +
      'their shape; or a composite by their type as zennit names it: EpsilonPlus (ZPlus for convolutions, Epsilon for dense layers), EpsilonPlusFlat ' +
      '(Flat for the first layer besides), EpsilonGamma, EpsilonGammaBox (the box rule for the first layer, which needs `low` and `high`).',
  },
  epsilon: {
    type: 'number',
    default: 1e-9,
    min: 0,
    doc: 'What the denominators of convolutions and dense layers are kept away from 0 by.',
  },
  gamma: { type: 'number', default: 0.25, min: 0, doc: 'By how much the Gamma rule prefers positive weights.' },
  set_bias_to_zero: {
    type: 'boolean',
    default: false,
    doc: 'Leave biases out of the rules besides Epsilon, so that they absorb nothing there.',
  },
  batch_norm: {
    type: 'choice',
    default: 'Epsilon',
    choices: ['Epsilon', 'Identity'],
    doc: 'BatchNormalization as the linear map that it is, or letting relevance through.',
  },
  low: { type: 'number', default: null, doc: 'The smallest value that the input can have, for the box rule.' },
  high: { type: 'number', default: null, doc: 'The largest value that the input can have, for the box rule.' },
} as const satisfies ParameterTable;

/** Rules under which a layer hands relevance down as it would a gradient; under the others positive and negative parts go apart. */
const AS_GRADIENTS: ReadonlySet<CompositeName> = new Set(['Epsilon', 'Identity']);
const APART = 2;

export const lrpCost = ({ parameters, behind }: Workload<Pick<ValuesOf<typeof LRP_PARAMETERS>, 'rule'>>): number =>
  1 + BACKWARD_COST * behind * (AS_GRADIENTS.has(parameters.rule) ? 1 : APART);

/**
 * Relevance of values of the graph.
 * @param what the values are, for errors
 * @throws InspectumError 'usage' where the box rule has no range; 'unsupported' where an operator on the way has no rule
 */
export async function relevance(
  subject: Subject,
  values: readonly string[],
  what: string,
  { low, high, ...rest }: ValuesOf<typeof LRP_PARAMETERS>,
): Promise<Attribution> {
  const options: LrpOptions = { ...rest, low: low ?? 0, high: high ?? 0 };
  if (options.rule === 'EpsilonGammaBox' && (low === null || high === null || !(low < high)))
    throw new InspectumError('usage', 'The rule EpsilonGammaBox needs the range of the input: set low and high, low below high.');
  const network = new Network(subject.graph);
  const biases = network.biasesBehind(values);
  const results = await subject.run(`LRP ${JSON.stringify([values, options])}`, ({ builder, output, gradients }) => {
    const { rules, start } = lrp(network, options);
    const wanted = [...values, ...biases.map(({ value }) => value)];
    const found = gradients(wanted, what, rules, (seed) => start(builder, seed, output));
    const absorbed = found.slice(values.length);
    return {
      ...Object.fromEntries(values.map((_, i) => [i, found[i] as string])),
      scores: output,
      ...(absorbed.length > 0 && { absorbed: sums(builder, absorbed) }),
    } as Readonly<Record<string | number, string>>;
  });
  const parts = values.map((name, i) => ({ name, tensor: results[i] as Tensor<'float32'> }));
  const scores = subject.scoresIn(results.scores as Tensor<'float32'>);
  const carried = parts.reduce((sum, { tensor }) => sum + total(tensor.data), 0);
  // Captum's sign: of LRP the score less the sum
  const delta = convergenceDelta(
    parts.map(({ tensor }) => tensor),
    scores,
    new Float64Array(scores.length),
  )?.map((excess) => 0 - excess);
  return {
    parts: parts as unknown as Attribution['parts'],
    ...(delta && { delta }),
    remarks: [whereItWent(total(scores), carried, biases, results.absorbed?.data ?? [])],
  };
}

/** The sum of each value, one behind the other. */
const sums = (builder: GraphBuilder, values: readonly string[]): string => {
  const each = values.map((value) => builder.op('Reshape', [builder.op('ReduceSum', [value], { keepdims: 0 }), builder.ints([1])]));
  return builder.op('Concat', each, { axis: 0 });
};

function total(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] as number;
  return sum;
}

const NAMED = 3;
/** An error that is no rounding, as a part of the score. */
const NOTABLE = 1e-4;

/** What became of the score, in a sentence: of all examples of a batch together. */
function whereItWent(score: number, carried: number, biases: readonly Bias[], absorbed: ArrayLike<number>): string {
  const byLayer = new Map<string, number>();
  for (const [i, { node }] of biases.entries()) {
    const name = node.module || node.name;
    const share = absorbed[i] ?? 0;
    // a mask's −∞ takes part in nothing
    if (Number.isFinite(share)) byLayer.set(name, (byLayer.get(name) ?? 0) + share);
  }
  const ofBiases = total([...byLayer.values()]);
  const largest = [...byLayer].filter(([, share]) => share !== 0).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const named = largest.slice(0, NAMED).map(([name, share]) => `${name} ${short(share)}`);
  const error = score - carried - ofBiases;
  const reasons = Math.abs(error) > NOTABLE * Math.abs(score) ? ', which went by ways that are not attributed to or was lost near 0' : '';
  return (
    `Of the score ${short(score)} the attributions carry ${short(carried)}, and biases absorb ${short(ofBiases)}` +
    `${named.length > 0 ? ` (the most: ${named.join(', ')})` : ''}. The error of conservation is ${short(error)}${reasons}.`
  );
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
