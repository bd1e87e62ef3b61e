import type { Dim } from '../../tensor/shape.ts';
import { fromShape, type Infer, info, type OperatorRow } from './context.ts';
import { slideAll, windowOf } from './convolution.ts';

/** A pool over sliding windows; MaxPool's second output are the positions of the maxima. */
export const pool: Infer = (context) => {
  const x = context.shape(0);
  const shape = x && [...x.slice(0, 2), ...slideAll(x.slice(2), windowOf(context, context.ints('kernel_shape') ?? []))];
  if (x && shape && shape.length !== x.length) throw new RangeError('kernel_shape does not fit the input');
  return [info(context.dtype(0), shape), info('int64', shape)];
};

export const globalPool: Infer = fromShape((x) => x.map((d, axis) => (axis < 2 ? d : 1)));

const maxUnpool: Infer = (context) => {
  const x = context.shape(0);
  if (context.has(2)) return [info(context.dtype(0), context.dims(2))];
  if (!x) return [info(context.dtype(0), undefined)];
  const w = windowOf(context, context.ints('kernel_shape') ?? []);
  const spatial = x.slice(2).map((extent, axis): Dim => {
    if (typeof extent !== 'number') return context.unknown();
    const pads = (w.pads?.[axis] ?? 0) + (w.pads?.[axis + w.kernel.length] ?? 0);
    return (extent - 1) * (w.strides[axis] as number) - pads + (w.kernel[axis] as number);
  });
  return [info(context.dtype(0), [...x.slice(0, 2), ...spatial])];
};

const roiAlign: Infer = (context) => {
  const [x, rois] = [context.shape(0), context.shape(1)];
  const size = [context.int('output_height', 1), context.int('output_width', 1)];
  return [info(context.dtype(0), x && rois && [rois[0] as Dim, x[1] as Dim, ...size])];
};

const maxRoiPool: Infer = (context) => {
  const [x, rois] = [context.shape(0), context.shape(1)];
  return [info(context.dtype(0), x && rois && [rois[0] as Dim, x[1] as Dim, ...(context.ints('pooled_shape') ?? [])])];
};

export const POOLING: Readonly<Record<string, OperatorRow>> = {
  AveragePool: { infer: (c) => pool(c).slice(0, 1) },
  MaxPool: { infer: pool },
  LpPool: { infer: (c) => pool(c).slice(0, 1) },
  GlobalAveragePool: { infer: globalPool },
  GlobalMaxPool: { infer: globalPool },
  GlobalLpPool: { infer: globalPool },
  MaxUnpool: { infer: maxUnpool },
  RoiAlign: { infer: roiAlign },
  MaxRoiPool: { infer: maxRoiPool },
};
