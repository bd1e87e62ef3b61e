import type { GraphBuilder } from '../../../graph/builder.ts';
import type { Node } from '../../../graph/graph.ts';
import { readInitializer } from '../../../graph/weights.ts';
import { toNumbers } from '../../../tensor/tensor.ts';

const NON_NEGATIVE = new Set(['Relu', 'Sigmoid', 'HardSigmoid', 'Softmax', 'Softplus', 'Abs', 'Exp']);
/** Whose results lie between those of their inputs, or are their inputs moved or copied. */
const KEEP_SIGN = new Set([
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'Dropout',
  'Identity',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
]);
/** Of which every input counts. */
const KEEP_SIGN_OF_ALL = new Set(['Add', 'Sum', 'Mul', 'Concat']);

const makerOf = (builder: GraphBuilder, value: string): Node | undefined => builder.nodes.find(({ outputs }) => outputs.includes(value));

/** Whether a value is known to be nowhere below 0, from what makes it. */
export function isNonNegative(builder: GraphBuilder, value: string): boolean {
  const node = makerOf(builder, value);
  if (node?.domain !== '') return false;
  if (NON_NEGATIVE.has(node.op)) return true;
  if (node.op === 'Clip') return (constantNumber(builder, node.inputs[1]) ?? -1) >= 0;
  if (KEEP_SIGN.has(node.op)) return isNonNegative(builder, node.inputs[0] as string);
  return KEEP_SIGN_OF_ALL.has(node.op) && node.inputs.every((x) => isNonNegative(builder, x));
}

/** How sure it is that a value is a gate: Sigmoid and its like open and close, Tanh and its like are bounded. */
const GATES: Readonly<Record<string, number>> = {
  Sigmoid: 2,
  HardSigmoid: 2,
  Softmax: 2,
  Tanh: 1,
  Erf: 1,
  Softsign: 1,
  Clip: 1,
};
/** Behind which a gate is still one, if their other inputs are constant. */
const KEEP_GATE = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Cast',
  'Dropout',
  'Expand',
  'Flatten',
  'Gather',
  'Identity',
  'Reshape',
  'Resize',
  'Slice',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
  'Where',
]);

/** 2: a value is made as gates, weights or scales are; 1: it is bounded as gates are; 0: it is neither. */
export function gateRank(builder: GraphBuilder, value: string, isConstant: (value: string) => boolean): number {
  for (let at = value; ; ) {
    const node = makerOf(builder, at);
    if (node?.domain !== '') return 0;
    const rank = GATES[node.op];
    if (rank !== undefined) return rank;
    if (isScaleOfIntegers(node, at) || isSoftmaxInParts(builder, node)) return 2;
    const varying = node.inputs.filter((x) => x !== '' && !isConstant(x));
    const [next] = varying;
    if (!KEEP_GATE.has(node.op) || varying.length !== 1 || next === undefined) return 0;
    at = next;
  }
}

const isScaleOfIntegers = ({ op, outputs }: Node, value: string): boolean => op === 'DynamicQuantizeLinear' && outputs[1] === value;

const isSoftmaxInParts = (builder: GraphBuilder, { op, inputs }: Node): boolean =>
  op === 'Div' && makerOf(builder, inputs[0] as string)?.op === 'Exp';

/** Whether a value is made of the largest elements of `whole`: what is taken off before exponentials. */
export function isMaximumOf(builder: GraphBuilder, value: string, whole: string): boolean {
  const node = makerOf(builder, value);
  return node?.op === 'ReduceMax' && node.inputs[0] === whole;
}

function constantNumber(builder: GraphBuilder, value: string | undefined): number | undefined {
  const initializer = value ? builder.initializers.get(value) : undefined;
  return initializer && toNumbers(readInitializer(initializer))[0];
}
