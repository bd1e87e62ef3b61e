import { addDims, ceilDivideDims, floorDivideDims, minDims, multiplyDims, subtractDims } from '../../tensor/dim.ts';
import type { Dim, Shape } from '../../tensor/shape.ts';
import { type Infer, type InferContext, info, type OperatorRow } from './context.ts';

/** The extents, steps and padding of a sliding window, one entry per spatial axis. */
export interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin of every axis, then end of every axis; undefined where auto_pad decides. */
  readonly pads: readonly number[] | undefined;
  readonly autoPad: string;
  readonly ceil: boolean;
}

/**
 * The window that a convolution's or pool's attributes describe.
 * @throws RangeError where an attribute has the wrong number of entries
 */
export function windowOf(context: InferContext, kernel: readonly Dim[]): Window {
  const rank = kernel.length;
  const autoPad = context.string('auto_pad', 'NOTSET') || 'NOTSET';
  return {
    kernel,
    strides: exactly(context.ints('strides'), rank, 1, 'strides'),
    dilations: exactly(context.ints('dilations'), rank, 1, 'dilations'),
    pads: autoPad === 'NOTSET' || autoPad === 'VALID' ? exactly(context.ints('pads'), 2 * rank, 0, 'pads') : undefined,
    autoPad,
    ceil: context.int('ceil_mode', 0) !== 0,
  };
}

function exactly(list: readonly number[] | undefined, count: number, fallback: number, name: string): readonly number[] {
  if (!list?.length) return new Array<number>(count).fill(fallback);
  if (list.length !== count) throw new RangeError(`${name} has ${list.length} entries, not ${count}`);
  return list;
}

/** Extent of a dilated kernel. */
const reach = (kernel: Dim, dilation: number): Dim => addDims(multiplyDims(subtractDims(kernel, 1), dilation), 1);

/** Positions of the window over an axis of the given extent. */
function slide(extent: Dim, axis: number, w: Window): Dim {
  const stride = w.strides[axis] as number;
  if (!w.pads) return ceilDivideDims(extent, stride);
  const [before, after] = w.autoPad === 'VALID' ? [0, 0] : [w.pads[axis] as number, w.pads[axis + w.kernel.length] as number];
  const span = reach(w.kernel[axis] as Dim, w.dilations[axis] as number);
  const padded = addDims(extent, before);
  if (!w.ceil) return addDims(floorDivideDims(subtractDims(addDims(padded, after), span), stride), 1);
  // ceil((padded + after − span)/stride) + 1, but the last window must begin inside the input or the padding before it: at most
  // ceil(padded/stride) windows.
  return ceilDivideDims(addDims(padded, minDims(0, subtractDims(after + stride, span))), stride);
}

/** Extents after sliding a window over every spatial axis. */
export const slideAll = (spatial: Shape, w: Window): Shape => spatial.map((extent, axis) => slide(extent, axis, w));

function checkRank(input: Shape, kernel: Shape): void {
  if (input.length !== kernel.length) throw new RangeError(`an input of rank ${input.length} meets a kernel of rank ${kernel.length}`);
}

/** A convolution whose weight is input `w`; the weight's layout is output channels, channels per group, kernel. */
export const convolution =
  (w: number, dtype: (context: InferContext) => ReturnType<InferContext['dtype']>): Infer =>
  (context) => {
    const [x, weight] = [context.shape(0), context.shape(w)];
    if (!x || !weight) return [info(dtype(context), undefined)];
    checkRank(x, weight);
    const [channels, perGroup] = [x[1] as Dim, weight[1] as Dim];
    const group = context.int('group', 1);
    if (typeof channels === 'number' && typeof perGroup === 'number' && channels !== perGroup * group)
      throw new RangeError(`an input of ${channels} channels meets weights for ${perGroup * group}`);
    return [info(dtype(context), [x[0] as Dim, weight[0] as Dim, ...slideAll(x.slice(2), windowOf(context, weight.slice(2)))])];
  };

const convTranspose: Infer = (context) => {
  const [x, weight] = [context.shape(0), context.shape(1)];
  if (!x || !weight) return [info(context.dtype(0), undefined)];
  checkRank(x, weight);
  const w = windowOf(context, weight.slice(2));
  const wanted = context.ints('output_shape');
  const extra = context.ints('output_padding');
  const spatial = x.slice(2).map((extent, axis): Dim => {
    if (wanted?.length) return wanted[wanted.length - w.kernel.length + axis] as Dim;
    const stride = w.strides[axis] as number;
    const span = addDims(reach(w.kernel[axis] as Dim, w.dilations[axis] as number), extra?.[axis] ?? 0);
    // SAME crops to a stride for each element, and never pads.
    if (!w.pads) return addDims(multiplyDims(extent, stride), minDims(0, subtractDims(span, stride)));
    const pads = w.autoPad === 'VALID' ? 0 : (w.pads[axis] as number) + (w.pads[axis + w.kernel.length] as number);
    return subtractDims(addDims(multiplyDims(subtractDims(extent, 1), stride), span), pads);
  });
  return [info(context.dtype(0), [x[0] as Dim, multiplyDims(weight[1] as Dim, context.int('group', 1)), ...spatial])];
};

const col2Im: Infer = (context) => {
  const [x, image, block] = [context.shape(0), context.dims(1), context.dims(2)];
  if (!x || !image || !block) return [info(context.dtype(0), undefined)];
  return [info(context.dtype(0), [x[0] as Dim, floorDivideDims(x[1] as Dim, block.reduce(multiplyDims, 1)), ...image])];
};

export const CONVOLUTION: Readonly<Record<string, OperatorRow>> = {
  Conv: { infer: convolution(1, (c) => c.dtype(0)) },
  ConvTranspose: { infer: convTranspose },
  DeformConv: { infer: convolution(1, (c) => c.dtype(0)) },
  ConvInteger: { infer: convolution(1, () => 'int32') },
  QLinearConv: { infer: convolution(3, (c) => c.dtype(7)) },
  Col2Im: { infer: col2Im },
};
