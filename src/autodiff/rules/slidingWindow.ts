import { intsAttribute, type Node, stringAttribute } from '../../graph/graph.ts';
import { DTYPES } from '../../tensor/dtype.ts';
import { floats } from '../../tensor/tensor.ts';
import type { RuleContext } from '../rule.ts';

/** How a kernel slides over the spatial axes (those from 2 on): one number per axis. */
export interface SlidingWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after the input; negative where the input is cropped. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

const END_OF_AXIS = 2 ** 31 - 1;

/** Number i of a list that has one per spatial axis. */
export const at = (list: readonly number[], i: number): number => list[i] as number;

/** Extent of a dilated kernel, less one. */
export const reach = (kernel: number, dilation: number): number => dilation * (kernel - 1);

/** Axes of N×C×D… that a list with one number per spatial axis stands for. */
export const spatialAxes = (list: readonly number[]): number[] => list.map((_, i) => i + 2);

/** The window of a convolution or pool over an input of the given spatial extents, its padding resolved. */
export function slidingWindow(node: Node, kernel: readonly number[], input: readonly number[]): SlidingWindow {
  const rank = kernel.length;
  const listOf = (name: string, fallback: number, count = rank): readonly number[] => {
    const list = intsAttribute(node, name, []);
    return list.length === count ? list : new Array<number>(count).fill(fallback);
  };
  const strides = listOf('strides', 1);
  const dilations = listOf('dilations', 1);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
    const totals = input.map((extent, i) => {
      const positions = Math.ceil(extent / at(strides, i));
      return Math.max(0, (positions - 1) * at(strides, i) + reach(at(kernel, i), at(dilations, i)) + 1 - extent);
    });
    const begin = totals.map((total) => (autoPad === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2)));
    return { kernel, strides, dilations, begin, end: totals.map((total, i) => total - at(begin, i)) };
  }
  const pads = autoPad === 'VALID' ? new Array<number>(2 * rank).fill(0) : listOf('pads', 0, 2 * rank);
  return { kernel, strides, dilations, begin: pads.slice(0, rank), end: pads.slice(rank) };
}

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
