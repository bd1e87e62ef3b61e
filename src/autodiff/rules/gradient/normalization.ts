import { floatAttribute, intAttribute, intsAttribute } from '../../../graph/graph.ts';
import { floats } from '../../../tensor/tensor.ts';
import { sumTo } from '../../broadcast.ts';
import { type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { perInput, scalarLike } from '../helpers.ts';
import { reshapeLike } from '../shapes.ts';

const outputOf = (context: RuleContext): string => context.node.outputs[0] as string;
const rankOf = (context: RuleContext): number => context.shape(context.x()).length;
const from = (first: number, end: number): number[] => Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);

export const mean = ({ builder }: RuleContext, value: string, axes: readonly number[]): string =>
  builder.op('ReduceMean', [value, builder.ints(axes)], { keepdims: 1 });

const sum = ({ builder }: RuleContext, value: string, axes: readonly number[]): string =>
  builder.op('ReduceSum', [value, builder.ints(axes)], { keepdims: 1 });

export const reciprocalRoot = (context: RuleContext, value: string, epsilon: number): string => {
  const { builder } = context;
  const root = builder.op('Sqrt', [builder.add(value, scalarLike(context, epsilon, context.x()))]);
  return builder.op('Reciprocal', [root]);
};

/** A vector by channel, shaped to broadcast against [batch, channels, …]. */
function byChannel({ builder }: RuleContext, value: string, rank: number): string {
  return rank > 2 ? builder.op('Reshape', [value, builder.ints([-1, ...new Array<number>(rank - 2).fill(1)])]) : value;
}

/** Sum over all axes but the channels. */
const overChannels = ({ builder }: RuleContext, value: string, rank: number): string =>
  builder.op('ReduceSum', [value, builder.ints([0, ...from(2, rank)])], { keepdims: 0 });

/** How values are standardised along axes, once `arranged` has brought them into a shape that has the axes. */
export interface Standardisation {
  readonly axes: readonly number[];
  readonly epsilon: number;
  readonly centred: boolean;
  readonly arranged: (value: string) => string;
}

/** Values brought to mean 0 (unless `centred` is false) and mean square 1 along axes. */
interface Standardised {
  readonly value: string;
  /** 1 / standard deviation, with the axes kept. */
  readonly scale: string;
}

function standardise(context: RuleContext, x: string, { axes, epsilon, centred }: Omit<Standardisation, 'arranged'>): Standardised {
  const { builder } = context;
  const centre = centred ? builder.sub(x, mean(context, x, axes)) : x;
  const scale = reciprocalRoot(context, mean(context, builder.mul(centre, centre), axes), epsilon);
  return { value: builder.mul(centre, scale), scale };
}

/** Takes a gradient with respect to the standardised input, arranged, back to the arranged input. */
export type StandardisedBackward = (context: RuleContext, g: string, how: Standardisation) => string;

/** scale·(g − mean(g) − v·mean(g·v)), v the standardised values. */
const standardisedGradient: StandardisedBackward = (context, g, { arranged, axes, epsilon, centred }) => {
  const { builder } = context;
  const { value, scale } = standardise(context, arranged(context.x()), { axes, epsilon, centred });
  const along = builder.mul(value, mean(context, builder.mul(g, value), axes));
  const rest = builder.sub(centred ? builder.sub(g, mean(context, g, axes)) : g, along);
  return builder.mul(rest, scale);
};

/** With stored statistics: y = (x − mean) / √(variance + ε) · scale + bias. */
const batchNormalization: Rule = (context) => {
  const { builder, dy, node } = context;
  if (intAttribute(node, 'training_mode', 0) === 1)
    throw refusal(context, 'it is in training mode, where every image of a batch changes the others. Export the model in evaluation mode.');
  const rank = rankOf(context);
  const [x, scale, , average, variance] = [0, 1, 2, 3, 4].map((i) => context.x(i)) as [string, string, string, string, string];
  const inverse = reciprocalRoot(context, variance, floatAttribute(node, 'epsilon', 1e-5));
  const factor = builder.mul(scale, inverse);
  const centred = (): string => builder.sub(x, byChannel(context, average, rank));
  return perInput(context, (i) => {
    if (i === 0) return builder.mul(dy, byChannel(context, factor, rank));
    if (i === 2) return overChannels(context, dy, rank);
    if (i === 3) return builder.op('Neg', [builder.mul(overChannels(context, dy, rank), factor)]);
    const sums = builder.mul(overChannels(context, builder.mul(dy, centred()), rank), inverse);
    if (i === 1) return sums;
    const slope = builder.mul(builder.mul(factor, inverse), scalarLike(context, -0.5, x));
    return builder.mul(sums, slope);
  });
};

const asItIs = (value: string): string => value;

const instanceNormalization =
  (backward: StandardisedBackward): Rule =>
  (context) => {
    const { builder, dy, node } = context;
    const rank = rankOf(context);
    const how = { axes: from(2, rank), epsilon: floatAttribute(node, 'epsilon', 1e-5), centred: true, arranged: asItIs };
    return perInput(context, (i) => {
      if (i === 0) return backward(context, builder.mul(dy, byChannel(context, context.x(1), rank)), how);
      return overChannels(context, i === 1 ? builder.mul(dy, standardise(context, context.x(), how).value) : dy, rank);
    });
  };

const groupNormalization =
  (backward: StandardisedBackward): Rule =>
  (context) => {
    const { builder, dy, node } = context;
    const rank = rankOf(context);
    const x = context.x();
    const arranged = (value: string): string => builder.op('Reshape', [value, builder.ints([0, intAttribute(node, 'num_groups', 1), -1])]);
    const ungrouped = (value: string): string => reshapeLike(context, value, x);
    const how = { axes: [2], epsilon: floatAttribute(node, 'epsilon', 1e-5), centred: true, arranged };
    return perInput(context, (i) => {
      if (i === 0) return ungrouped(backward(context, arranged(builder.mul(dy, byChannel(context, context.x(1), rank))), how));
      const scaled = (): string => builder.mul(dy, ungrouped(standardise(context, arranged(x), how).value));
      return overChannels(context, i === 1 ? scaled() : dy, rank);
    });
  };

/** LayerNormalization and, not centred, RMSNormalization. */
const overLastAxes =
  (backward: StandardisedBackward, centred: boolean): Rule =>
  (context) => {
    const { builder, dy, node } = context;
    const rank = rankOf(context);
    const shape = context.shape(context.x());
    if (context.gradient(1) ?? context.gradient(2))
      throw refusal(context, 'its outputs Mean and InvStdDev lead to the target; only its first output can be differentiated.');
    const axis = intAttribute(node, 'axis', -1);
    const axes = from(axis < 0 ? axis + rank : axis, rank);
    const how = { axes, epsilon: floatAttribute(node, 'epsilon', 1e-5), centred, arranged: asItIs };
    return perInput(context, (i) => {
      if (i === 0) return backward(context, builder.mul(dy, context.x(1)), how);
      return sumTo(context, i === 1 ? builder.mul(dy, standardise(context, context.x(), how).value) : dy, shape, context.x(i));
    });
  };

/** What ONNX adds to the standard deviation. */
const MVN_EPSILON = 1e-9;

const meanVarianceNormalization =
  (backward: StandardisedBackward): Rule =>
  (context) => {
    if (!context.needs(0)) return [];
    const axes = intsAttribute(context.node, 'axes', [0, 2, 3]);
    return [backward(context, context.dy, { axes, epsilon: MVN_EPSILON ** 2, centred: true, arranged: asItIs })];
  };

/** The rules of operators that standardise their input by its own mean and deviation, from a way back through that. */
export const standardisingRules = (backward: StandardisedBackward): RuleSet => ({
  GroupNormalization: groupNormalization(backward),
  InstanceNormalization: instanceNormalization(backward),
  LayerNormalization: overLastAxes(backward, true),
  MeanVarianceNormalization: meanVarianceNormalization(backward),
  RMSNormalization: overLastAxes(backward, false),
});

/**
 * Across channels: y = x·s^−β with s = bias + α/size · Σ x² over neighbouring channels. The sums over neighbours are products with a
 * band matrix.
 */
const lrn: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const x = context.x();
  const channels = context.staticShape(x, 1)[0] as number;
  const size = intAttribute(node, 'size', 1);
  const alpha = floatAttribute(node, 'alpha', 1e-4);
  const beta = floatAttribute(node, 'beta', 0.75);
  const number = (value: number): string => scalarLike(context, value, x);
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const neighbours = (value: string, transposed: boolean): string => {
    const band = from(0, channels).flatMap((i) =>
      from(0, channels).map((j) => {
        const offset = transposed ? i - j : j - i;
        return offset >= -before && offset <= after ? 1 : 0;
      }),
    );
    const flat = builder.op('Reshape', [value, builder.ints([0, channels, -1])]);
    const sums = builder.op('MatMul', [builder.op('CastLike', [builder.constant(floats([channels, channels], band)), x]), flat]);
    return reshapeLike(context, sums, x);
  };
  const squares = neighbours(builder.mul(x, x), false);
  const s = builder.add(builder.mul(squares, number(alpha / size)), number(floatAttribute(node, 'bias', 1)));
  const direct = builder.mul(dy, builder.op('Pow', [s, number(-beta)]));
  const crossed = neighbours(builder.div(builder.mul(direct, x), s), true);
  return [builder.sub(direct, builder.mul(builder.mul(x, crossed), number((2 * alpha * beta) / size)))];
};

/** y = x / ‖x‖ₚ along an axis, p 1 or 2; 0 where the norm is. */
const lpNormalization: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const x = context.x();
  const y = outputOf(context);
  const axes = [intAttribute(node, 'axis', -1)];
  const p = intAttribute(node, 'p', 2);
  const zero = scalarLike(context, 0, x);
  const norm = builder.op(p === 1 ? 'ReduceL1' : 'ReduceL2', [x, builder.ints(axes)], { keepdims: 1 });
  const inverse = builder.op('Where', [builder.op('Equal', [norm, zero]), zero, builder.op('Reciprocal', [norm])]);
  const slope = p === 1 ? builder.op('Sign', [x]) : y;
  const along = builder.mul(slope, sum(context, builder.mul(dy, y), axes));
  return [builder.mul(builder.sub(dy, along), inverse)];
};

export const normalizationRules: RuleSet = {
  ...standardisingRules(standardisedGradient),
  BatchNormalization: batchNormalization,
  LpNormalization: lpNormalization,
  LRN: lrn,
};
