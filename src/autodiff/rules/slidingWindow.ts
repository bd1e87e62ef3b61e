import { at, spatialAxes } from '../../graph/slidingWindow.ts';
import { DTYPES } from '../../tensor/dtype.ts';
import { floats } from '../../tensor/tensor.ts';
import type { RuleContext } from '../rule.ts';

const END_OF_AXIS = 2 ** 31 - 1;

/** A float constant of the dtype of `like`. */
export function floatsLike(context: RuleContext, dims: readonly number[], values: ArrayLike<number>, like: string): string {
  const { builder } = context;
  const constant = builder.constant(floats(dims, values));
  const dtype = context.dtype(like);
  return dtype === 'float32' ? constant : builder.op('Cast', [constant], { to: DTYPES[dtype].code });
}

const clampBelow = (list: readonly number[]): number[] => list.map((n) => Math.max(0, n));

/** Cuts off elements at both ends of every spatial axis where the numbers are negative; positive ones are left alone. */
export function crop(context: RuleContext, value: string, begin: readonly number[], end: readonly number[]): string {
  if (Math.min(...begin, ...end) >= 0) return value;
  const { builder } = context;
  const starts = builder.ints(clampBelow(begin.map((n) => -n)));
  const ends = builder.ints(end.map((n) => (n < 0 ? n : END_OF_AXIS)));
  return builder.op('Slice', [value, starts, ends, builder.ints(spatialAxes(begin))]);
}

/**
 * Pads every spatial axis with zeros, or crops it where the numbers are negative. Pads are given for every axis: ONNX Runtime
 * misreads an `axes` input when it moves a Transpose past the Pad.
 */
export function padOrCrop(context: RuleContext, value: string, begin: readonly number[], end: readonly number[]): string {
  const { builder } = context;
  const cropped = crop(context, value, begin, end);
  const pads = [0, 0, ...clampBelow(begin), 0, 0, ...clampBelow(end)];
  return pads.some((n) => n > 0) ? builder.op('Pad', [cropped, builder.ints(pads)]) : cropped;
}

/** Repeats every element along the spatial axes; on one axis, factors [3]: a b → a a a b b b. */
export function repeat(context: RuleContext, value: string, factors: readonly number[]): string {
  if (factors.every((n) => n === 1)) return value;
  const { builder } = context;
  const scales = builder.constant(floats([factors.length + 2], [1, 1, ...factors]));
  return builder.op('Resize', [value, '', scales], {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
}

/**
 * Puts zeros after every element along the spatial axes; on one axis, strides [3]: a b → a 0 0 b 0 0.
 * @param size spatial extents of `value`
 */
export function dilate(context: RuleContext, value: string, size: readonly number[], strides: readonly number[]): string {
  if (strides.every((n) => n === 1)) return value;
  const dims = [1, 1, ...size.map((extent, i) => extent * at(strides, i))];
  const mask = size.reduce<number[]>(
    (outer, extent, i) => {
      const axis = Array.from({ length: extent * at(strides, i) }, (_, k) => (k % at(strides, i) === 0 ? 1 : 0));
      return outer.flatMap((o) => axis.map((a) => o * a));
    },
    [1],
  );
  return context.builder.mul(repeat(context, value, strides), floatsLike(context, dims, mask, context.node.outputs[0] as string));
}

/** Padding as a node's attribute, where crops have been made. */
export const padsOf = (begin: readonly number[], end: readonly number[]): number[] => [...clampBelow(begin), ...clampBelow(end)];
