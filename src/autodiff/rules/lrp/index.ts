import type { GraphBuilder } from '../../../graph/builder.ts';
import { stringAttribute } from '../../../graph/graph.ts';
import { noGradient, type Rule, type RuleSet } from '../../rule.ts';
import { classicalMlRules } from '../gradient/classicalMl.ts';
import { gradientRules } from '../gradient/index.ts';
import { isMaximumOf } from './bounds.ts';
import { type LrpOptions, layerRule } from './composites.ts';
import { elementwiseProduct, layerOrProduct, quotient, sumOfProducts } from './gates.ts';
import { sum } from './linearLayers.ts';
import type { Network } from './network.ts';
import { normalizationRelevance } from './normalization.ts';
import { carried, inProportion, type Propagation, passed, passedBySlope, type RelevanceRule, refused } from './propagation.ts';
import { Relevances } from './relevances.ts';

/** Layer-wise relevance propagation through one network: relevance is what travels where the gradient does otherwise. */
export interface Lrp {
  readonly rules: RuleSet;
  /** The relevance of the explained value to begin with: what it contributes to the target. */
  start(builder: GraphBuilder, seed: string, output: string): string;
}

/**
 * The rules of layer-wise relevance propagation (Bach et al. 2015, https://doi.org/10.1371/journal.pone.0130140), as captum.attr.LRP
 * has them, for every operator that the gradient covers.
 */
export function lrp(network: Network, options: LrpOptions): Lrp {
  const relevances = new Relevances();
  const propagation: Propagation = {
    network,
    relevances,
    options,
    ruleOf: ({ node }) => layerRule(options, node.op, network.isFirst(node)),
  };
  const bound =
    (rule: RelevanceRule): Rule =>
    (context) =>
      rule(context, propagation);
  return {
    rules: { ...gradientRules, ...Object.fromEntries(Object.entries(RULES).map(([op, rule]) => [op, bound(rule)])) },
    start: (builder, seed, output) => relevances.product(builder, seed, output),
  };
}

const each = (operators: readonly string[], rule: (gradient: Rule) => RelevanceRule): Readonly<Record<string, RelevanceRule>> =>
  Object.fromEntries(operators.map((op) => [op, rule(gradientRules[op] ?? noGradient)]));

/** BatchNormalization, where it is not asked to let relevance through. */
const unlessIdentity =
  (rule: RelevanceRule): RelevanceRule =>
  (context, propagation) => {
    const { batch_norm, rule: composite } = propagation.options;
    return (batch_norm === 'Identity' || composite === 'Identity' ? passed : rule)(context, propagation);
  };

/** Of several inputs that vary the extremum takes all; the extremum of one and a constant is a function of one variable. */
const extremum =
  (gradient: Rule): RelevanceRule =>
  (context, propagation) => {
    const varying = context.node.inputs.filter((x) => !propagation.network.isConstant(x, context));
    return (varying.length > 1 ? carried(gradient) : passed)(context, propagation);
  };

/** In proportion; what takes its maximum off a value, as a Softmax in parts does, only shifts it. */
const difference =
  (gradient: Rule): RelevanceRule =>
  (context, propagation) =>
    (isMaximumOf(context.builder, context.x(1), context.x(0)) ? passed : inProportion(gradient))(context, propagation);

/** What is added is shared in proportion, what replaces is carried. */
const scattered =
  (gradient: Rule): RelevanceRule =>
  (context, propagation) =>
    (stringAttribute(context.node, 'reduction', 'none') === 'add' ? inProportion(gradient) : carried(gradient))(context, propagation);

/** By the gradient's rule: its shares sum up to one, or it goes by these rules through what is inside of the node. */
const asGradient =
  (gradient: Rule): RelevanceRule =>
  (context) =>
    gradient(context);

const RULES: Readonly<Record<string, RelevanceRule>> = {
  ...each(['Conv', 'ConvTranspose', 'Gemm', 'MatMul'], layerOrProduct),
  ...each(['Einsum'], sumOfProducts),
  ...each(['Add'], sum),
  ...each(['Sub'], difference),
  ...each(['Mul'], elementwiseProduct),
  ...each(['Div'], quotient),
  ...each(
    [
      ...['Sum', 'Mean', 'ReduceSum', 'ReduceMean', 'CumSum'],
      ...['AveragePool', 'GlobalAveragePool', 'LpPool', 'GlobalLpPool', 'ReduceL1', 'ReduceL2'],
      ...['Resize', 'Col2Im'],
    ],
    (gradient) => inProportion(gradient),
  ),
  ...each(['GridSample'], (gradient) => inProportion(gradient, { only: [0] })),
  ...each(['ReduceSumSquare'], (gradient) => inProportion(gradient, { degree: 2 })),
  ...normalizationRelevance,
  ...each(['BatchNormalization'], (gradient) => unlessIdentity(inProportion(gradient, { only: [0, 2, 3] }))),
  ...each(
    [
      ...['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Identity', 'Dropout', 'Cast', 'CastLike', 'Concat', 'Split'],
      ...['Expand', 'Tile', 'DepthToSpace', 'SpaceToDepth', 'Trilu', 'CenterCropPad', 'ReverseSequence'],
      ...['Slice', 'Pad', 'Gather', 'GatherElements', 'GatherND', 'Compress', 'TopK', 'Where'],
      ...['MaxPool', 'GlobalMaxPool', 'MaxUnpool', 'ReduceMax', 'ReduceMin'],
    ],
    carried,
  ),
  ...each(['ScatterElements', 'ScatterND'], scattered),
  ...each(['Max', 'Min'], extremum),
  ...each(['ReduceLogSumExp', 'If', 'Scan', 'Loop', 'RNN', 'GRU', 'LSTM', ...Object.keys(classicalMlRules)], asGradient),
  ...each(['Relu', 'LeakyRelu', 'PRelu', 'ThresholdedRelu', 'Abs', 'Neg'], passedBySlope),
  ...each(
    [
      ...['Clip', 'Elu', 'Celu', 'Selu', 'Sigmoid', 'HardSigmoid', 'HardSwish', 'Tanh', 'Softplus', 'Softsign', 'Gelu', 'Mish', 'Shrink'],
      ...['Pow', 'Exp', 'Log', 'Sqrt', 'Reciprocal', 'Erf', 'Mod', 'Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh'],
      ...['Asinh', 'Acosh', 'Atanh', 'Softmax', 'LogSoftmax', 'LRN', 'LpNormalization'],
      ...['QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear'],
    ],
    () => passed,
  ),
  ...each(['ReduceProd', 'ReduceLogSum', 'Range', 'AffineGrid', 'OneHot', 'com.microsoft:Inverse'], () => refused),
};
