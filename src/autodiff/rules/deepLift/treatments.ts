import { type Graph, type Node, nodeKey } from '../../../graph/graph.ts';
import { rectifiedInput, type SelfGated } from '../activationNodes.ts';
import { rescale, rescaleAbs, rescalePower, rescaleReciprocal, rescaleRelu, rescaleSmooth, rescaleSqrt } from './elementwise.ts';
import { extremum, maxPool } from './maxima.ts';
import { standardised } from './normalization.ts';
import { product, quotient } from './products.ts';
import { euclidean, globalMaxPool, logOfSumOfExponentials, reducedExtremum, sumOfMagnitudes, sumOfSquares } from './reductions.ts';
import { logSoftmax, softmax } from './softmax.ts';
import type { TwoPointRule } from './twoPoints.ts';

/** Captum's activations, and Softmax and MaxPool. */
const CAPTUM: Readonly<Record<string, TwoPointRule>> = {
  Relu: rescaleRelu,
  Elu: rescale,
  LeakyRelu: rescale,
  Sigmoid: rescaleSmooth,
  Tanh: rescaleSmooth,
  Softplus: rescaleSmooth,
  MaxPool: maxPool,
  Softmax: softmax,
};

/** What is not linear in one input, the first. */
const OF_ONE: Readonly<Record<string, TwoPointRule>> = {
  ...CAPTUM,
  ...Object.fromEntries(
    ['PRelu', 'ThresholdedRelu', 'Shrink', 'Clip', 'Celu', 'Selu', 'HardSigmoid', 'HardSwish', 'Log', 'Exp', 'Tan', 'Asin', 'Acos']
      .concat(['Sinh', 'Cosh', 'Acosh', 'Atanh'])
      .map((op) => [op, rescale]),
  ),
  ...Object.fromEntries(['Softsign', 'Gelu', 'Mish', 'Erf', 'Sin', 'Cos', 'Atan', 'Asinh'].map((op) => [op, rescaleSmooth])),
  Abs: rescaleAbs,
  Sqrt: rescaleSqrt,
  Reciprocal: rescaleReciprocal,
  Pow: rescalePower,
  LogSoftmax: logSoftmax,
  GlobalMaxPool: globalMaxPool,
  ReduceMax: reducedExtremum,
  ReduceMin: reducedExtremum,
  ReduceL1: sumOfMagnitudes,
  ReduceL2: euclidean,
  ReduceSumSquare: sumOfSquares,
  ReduceLogSumExp: logOfSumOfExponentials,
  LayerNormalization: standardised,
  RMSNormalization: standardised,
  GroupNormalization: standardised,
  InstanceNormalization: standardised,
  MeanVarianceNormalization: standardised,
};

/** What is linear in each of two inputs: the plain gradient is exact where one of them varies. */
const PRODUCTS: ReadonlySet<string> = new Set(['Mul', 'MatMul', 'Gemm', 'Einsum', 'Conv', 'ConvTranspose']);

/** The plain gradient is exact. */
const LINEAR: ReadonlySet<string> = new Set(
  [
    'Add Sub Sum Mean Neg Identity Reshape Flatten Squeeze Unsqueeze Transpose Concat Split Slice Gather GatherElements GatherND Pad Expand',
    'Tile Cast CastLike AveragePool GlobalAveragePool ReduceSum ReduceMean Resize Upsample DepthToSpace SpaceToDepth BatchNormalization',
    'Dropout Trilu CumSum Col2Im ScatterElements ScatterND MaxUnpool CenterCropPad ReverseSequence Compress Where',
  ].flatMap((line) => line.split(' ')),
);
/** Of those the input that chooses among elements: where it depends on what is attributed to, the choice is no longer linear. */
const CHOOSER: Readonly<Record<string, number>> = {
  Where: 0,
  Gather: 1,
  GatherElements: 1,
  GatherND: 1,
  ScatterElements: 1,
  ScatterND: 1,
  MaxUnpool: 1,
  Compress: 1,
};

/** The plain gradient is exact where the first input alone varies. */
const LINEAR_IN_FIRST: ReadonlySet<string> = new Set(['Div', 'GridSample', 'DequantizeLinear']);

export interface TreatmentOptions {
  /** Every operator that has a rule; otherwise those that Captum has. */
  readonly all: boolean;
  readonly initializers: Graph['initializers'];
  readonly activations: SelfGated;
  /** Scales that a quantisation takes from its values: constants, as far as gradients go. */
  readonly scales: ReadonlySet<string>;
  /** Whether a value depends on what is attributed to, by whatever way. */
  readonly depends: (value: string) => boolean;
}

/** How a node is treated: by a rule for two points at one of its inputs, or by the plain gradient, which is exact or is not. */
export type Treatment = 'exact' | 'plain' | { readonly rule: TwoPointRule; readonly input: number };

/** Scales and zero points of dynamic quantisation, and what is made of them alone. */
export function quantisationScales(nodes: readonly Node[], initializers: Graph['initializers']): ReadonlySet<string> {
  const scales = new Set<string>();
  for (const { op, inputs, outputs } of nodes)
    if (op === 'DynamicQuantizeLinear') for (const output of outputs.slice(1)) scales.add(output);
    else if (inputs.some((name) => scales.has(name)) && inputs.every((name) => scales.has(name) || initializers.has(name)))
      for (const output of outputs) scales.add(output);
  return scales;
}

/** @param reached the inputs that gradients go back to */
export function treatmentOf(
  node: Node,
  reached: readonly number[],
  { all, initializers, activations, scales, depends }: TreatmentOptions,
): Treatment {
  const key = nodeKey(node);
  const varying = reached.filter((i) => !scales.has(node.inputs[i] as string));
  const [input = 0, second] = varying;
  const single = second === undefined;
  const rectified = rectifiedInput(node, initializers);
  if (rectified !== undefined && !(activations.gates.has(node) && !all)) return { rule: rescaleRelu, input: rectified };
  if (LINEAR.has(key)) {
    const chooser = Object.hasOwn(CHOOSER, key) ? node.inputs[CHOOSER[key] as number] : undefined;
    return chooser !== undefined && depends(chooser) ? 'plain' : 'exact';
  }
  if (PRODUCTS.has(key)) {
    const factors = key === 'Einsum' ? varying.length : varying.filter((i) => i < 2).length;
    if (factors < 2) return 'exact';
    return all && factors === 2 ? { rule: product, input } : 'plain';
  }
  if (LINEAR_IN_FIRST.has(key) && single && input === 0) return 'exact';
  if (!all) return Object.hasOwn(CAPTUM, key) && !activations.gates.has(node) ? { rule: CAPTUM[key] as TwoPointRule, input } : 'plain';
  if (key === 'Div') return { rule: quotient, input };
  if (key === 'Max' || key === 'Min') return { rule: extremum, input };
  return single && input === 0 && Object.hasOwn(OF_ONE, key) ? { rule: OF_ONE[key] as TwoPointRule, input } : 'plain';
}
