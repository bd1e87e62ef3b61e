import { intsAttribute, type Node, stringAttribute } from './graph.ts';

/** How a kernel slides over the spatial axes (those from 2 on): one number per axis. */
export interface SlidingWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after the input; negative where the input is cropped. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

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
