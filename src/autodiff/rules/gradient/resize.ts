import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../../graph/graph.ts';
import { sizeOfShape } from '../../../tensor/shape.ts';
import { sizeOf, toNumbers } from '../../../tensor/tensor.ts';
import { type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { type Interpolation, interpolationMatrix, type ResizedAxis } from '../interpolation.ts';
import { reshapeLike } from '../shapes.ts';
import { floatsLike } from '../slidingWindow.ts';

/**
 * Every mode of Resize is linear and separable: along each axis a matrix, made here from the extents. The gradient goes through the
 * transposed matrices, or where elements are repeated a whole number of times through a convolution, which is faster.
 */
const resize: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { node } = context;
  const how: Interpolation = {
    mode: stringAttribute(node, 'mode', 'nearest'),
    coordinates: stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel'),
    nearest: stringAttribute(node, 'nearest_mode', 'round_prefer_floor'),
    cubicA: floatAttribute(node, 'cubic_coeff_a', -0.75),
    excludeOutside: intAttribute(node, 'exclude_outside', 0) === 1,
    antialias: intAttribute(node, 'antialias', 0) === 1,
  };
  const axes = resizedAxes(context, how);
  if (axes.length === 0) return [context.dy];
  const maps = axes.map((resized) => ({ ...resized, matrix: interpolationMatrix(resized.axis, how) }));
  const channels = context.shape(context.x())[1];
  if (typeof channels === 'number' && maps.every(({ index, axis, matrix }) => index >= 2 && repeats(axis, matrix)))
    return [overBlocks(context, channels, axes)];
  const gradient = maps.reduce((value, { index, axis, matrix }) => alongAxis(context, value, index, axis, matrix), context.dy);
  return [reshapeLike(context, gradient, context.x())];
};

/** Whether every element is repeated the same number of times, and nothing else. */
function repeats({ from, to }: ResizedAxis, matrix: Float64Array): boolean {
  const factor = to / from;
  return Number.isInteger(factor) && matrix.every((share, k) => share === (Math.floor(k / from / factor) === k % from ? 1 : 0));
}

/** Sums over the blocks of equal elements that repetition makes. */
function overBlocks(context: RuleContext, channels: number, axes: readonly { index: number; axis: ResizedAxis }[]): string {
  const kernel = context
    .shape(context.x())
    .slice(2)
    .map(() => 1);
  for (const { index, axis } of axes) kernel[index - 2] = axis.to / axis.from;
  const dims = [channels, 1, ...kernel];
  const ones = floatsLike(context, dims, new Float32Array(sizeOf(dims)).fill(1), context.x());
  return context.builder.op('Conv', [context.dy, ones], { strides: kernel, group: channels });
}

/** The axes that change, last one first. */
function resizedAxes(context: RuleContext, how: Interpolation): { index: number; axis: ResizedAxis }[] {
  const { node } = context;
  const [from, to] = [context.shape(context.x()), context.shape(node.outputs[0] as string)];
  const listed = intsAttribute(node, 'axes', []).map((axis) => (axis < 0 ? axis + from.length : axis));
  const named = listed.length > 0 ? listed : from.map((_, i) => i);
  const crops = how.coordinates === 'tf_crop_and_resize';
  const roi = crops ? numbers(context, 1, 'roi') : [];
  const scales = node.inputs[2] && sizeOfShape(context.shape(node.inputs[2])) !== 0 ? numbers(context, 2, 'scales') : undefined;
  const policy = stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch');
  const sizes = !scales && policy !== 'stretch' ? numbers(context, 3, 'sizes') : undefined;
  const ratios = sizes?.map((size, k) => size / (from[named[k] as number] as number));
  const common = ratios && (policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios));
  if (crops && scales) throw refusal(context, 'it crops (tf_crop_and_resize) and states scales instead of sizes.');
  // Engines copy what keeps its size, whatever the scales say.
  if (named.every((index) => from[index] === to[index])) return [];
  return named
    .flatMap((index, k) => {
      const stated = scales?.[k] ?? common;
      if (from[index] === to[index] && (how.antialias || (stated ?? 1) === 1)) return [];
      const [before] = context.staticShape(context.x(), index) as [number];
      const [after] = context.staticShape(node.outputs[0] as string, index) as [number];
      const scale = Math.fround(stated ?? after / before);
      const crop = [roi[k] ?? 0, roi[k + named.length] ?? 1] as const;
      return [{ index, axis: { from: before, to: after, scale, isRatio: stated === undefined, roi: crop } }];
    })
    .sort((a, b) => b.index - a.index);
}

function numbers(context: RuleContext, input: number, name: string): readonly number[] {
  const value = context.node.inputs[input];
  const constant = value ? context.constant(value) : undefined;
  if (!constant) throw refusal(context, `its ${name} are computed while the model runs; they must be constants.`);
  return Array.from(toNumbers(constant));
}

/** Multiplies by the transposed matrix along one axis; axes after it have the input's extents already. */
function alongAxis(context: RuleContext, gradient: string, index: number, { from, to }: ResizedAxis, matrix: Float64Array): string {
  const { builder } = context;
  const tail = context.staticShape(context.x(), index + 1).reduce((a, b) => a * b, 1);
  if (tail === 1) {
    const flat = builder.op('Reshape', [gradient, builder.ints([-1, to])]);
    return builder.op('MatMul', [flat, floatsLike(context, [to, from], matrix, context.x())]);
  }
  const transposed = Float64Array.from(matrix, (_, k) => matrix[(k % to) * from + Math.floor(k / to)] as number);
  const flat = builder.op('Reshape', [gradient, builder.ints([-1, to, tail])]);
  return builder.op('MatMul', [floatsLike(context, [from, to], transposed, context.x()), flat]);
}

export const resizeRules: RuleSet = { Resize: resize };
