import { addDims, ceilDivideDims, isNonNegative, maxDims, minDims, subtractDims } from '../../tensor/dim.ts';
import type { Dim, Shape } from '../../tensor/shape.ts';
import { sizeOf } from '../../tensor/tensor.ts';
import {
  type Evaluate,
  fromShape,
  type Infer,
  type InferContext,
  info,
  type OperatorRow,
  resolveAxis,
  sameAsInput,
  unknownShape,
  withDim,
} from './context.ts';
import { build, elementAt, rearranged } from './evaluate.ts';

const gather: Infer = (c) => {
  const [x, indices] = [c.shape(0), c.shape(1)];
  if (!x || !indices) return [info(c.dtype(0), undefined)];
  const axis = resolveAxis(c.int('axis', 0), x.length);
  return [info(c.dtype(0), [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)])];
};

const evaluateGather: Evaluate = (c) => {
  if (!c.mayHaveValue(0) || !c.mayHaveValue(1)) return undefined;
  const [value, indices] = [c.value(0), c.value(1)];
  if (!value || !indices) return undefined;
  const axis = resolveAxis(c.int('axis', 0), value.dims.length);
  const extent = value.dims[axis] as number;
  const rank = indices.dims.length;
  return build([...value.dims.slice(0, axis), ...indices.dims, ...value.dims.slice(axis + 1)], (index) => {
    const at = elementAt(indices, index.slice(axis, axis + rank));
    if (typeof at !== 'number') return undefined;
    return elementAt(value, [...index.slice(0, axis), resolveAxis(at, extent), ...index.slice(axis + rank)]);
  });
};

const gatherNd: Infer = (c) => {
  const [x, indices] = [c.shape(0), c.shape(1)];
  const batch = c.int('batch_dims', 0);
  const depth = indices?.at(-1);
  if (!x || !indices || typeof depth !== 'number') return [info(c.dtype(0), undefined)];
  return [info(c.dtype(0), [...indices.slice(0, -1), ...x.slice(batch + depth)])];
};

interface Range {
  readonly axis: number;
  readonly start: Dim | undefined;
  readonly end: Dim | undefined;
  readonly step: number | undefined;
}

/** Slice's starts, ends, axes and steps; undefined where the axes are not known. */
function ranges(c: InferContext, rank: number): Range[] | undefined {
  const [starts, ends] = [c.value(1)?.elements, c.value(2)?.elements];
  const length = starts?.length ?? ends?.length ?? c.shape(1)?.[0];
  if (typeof length !== 'number') return undefined;
  const axes = c.has(3) ? c.numbers(3) : Array.from({ length }, (_, i) => i);
  if (!axes) return undefined;
  const steps = c.has(4) ? c.value(4)?.elements : new Array<number>(length).fill(1);
  return axes.map((axis, i) => {
    const step = steps?.[i];
    return { axis: resolveAxis(axis, rank), start: starts?.[i], end: ends?.[i], step: typeof step === 'number' ? step : undefined };
  });
}

/** First index and count of a slice of an axis; undefined where it depends on more than is known. */
function sliceOf(extent: Dim, { start, end, step }: Range): { from: Dim; count: Dim } | undefined {
  if (start === undefined || end === undefined || step === undefined || step === 0) return undefined;
  if (typeof extent === 'number' && typeof start === 'number' && typeof end === 'number') {
    const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
    const clamp = (at: number, bottom: number) => Math.min(Math.max(at < 0 ? at + extent : at, bottom), high);
    const from = clamp(start, 0);
    return { from, count: Math.max(0, Math.ceil((clamp(end, low) - from) / step)) };
  }
  if (step < 0)
    return start === -1 && typeof end === 'number' && end <= -(2 ** 31)
      ? { from: subtractDims(extent, 1), count: ceilDivideDims(extent, -step) }
      : undefined;
  const from = position(start, extent);
  const to = position(end, extent);
  if (from === undefined || to === undefined) return undefined;
  const count = subtractDims(to, from);
  return { from, count: ceilDivideDims(isNonNegative(count) ? count : maxDims(count, 0), step) };
}

/** A slice's bound within an axis, clamped as far as it is not certain to lie inside. */
function position(bound: Dim, extent: Dim): Dim | undefined {
  if (typeof bound === 'number' && bound >= 2 ** 31 - 1) return extent;
  if (typeof bound === 'number' && bound < 0) return bound <= -(2 ** 31) ? 0 : clampLow(addDims(extent, bound));
  if (bound === 0) return 0;
  if (isNonNegative(bound)) return minDims(bound, extent);
  // An expression that may be negative ("height - 1") may count from either end.
  return undefined;
}

const clampLow = (at: Dim): Dim => (isNonNegative(at) ? at : maxDims(at, 0));

const slice: Infer = fromShape((x, c) => {
  const list = ranges(c, x.length);
  if (!list) return unknownShape(c, x.length);
  return list.reduce<Shape>((shape, range) => withDim(shape, range.axis, sliceOf(x[range.axis] as Dim, range)?.count ?? c.unknown()), x);
});

const evaluateSlice: Evaluate = (c) => {
  const value = c.mayHaveValue(0) ? c.value(0) : undefined;
  const list = value && ranges(c, value.dims.length);
  if (!value || !list) return undefined;
  const from = value.dims.map(() => 0);
  const step = value.dims.map(() => 1);
  const dims = [...value.dims];
  for (const range of list) {
    const part = sliceOf(value.dims[range.axis] as number, range);
    if (typeof part?.from !== 'number' || typeof part.count !== 'number') return undefined;
    from[range.axis] = part.from;
    step[range.axis] = range.step as number;
    dims[range.axis] = part.count;
  }
  return rearranged(value, dims, (index) => index.map((at, axis) => (from[axis] as number) + at * (step[axis] as number)));
};

/** ScatterND on a vector of shape arithmetic with known positions. */
const evaluateScatterNd: Evaluate = (c) => {
  if (![0, 1, 2].every((i) => c.mayHaveValue(i)) || c.string('reduction', 'none') !== 'none') return undefined;
  const [value, indices, updates] = [c.value(0), c.value(1), c.value(2)];
  if (!value || !indices || !updates || value.dims.length !== 1 || indices.dims.at(-1) !== 1) return undefined;
  const elements = [...value.elements];
  for (const [i, at] of indices.elements.entries()) {
    if (typeof at !== 'number') return undefined;
    elements[resolveAxis(at, elements.length)] = updates.elements[i];
  }
  return { dims: value.dims, elements };
};

const oneHot: Infer = (c) => {
  const indices = c.shape(0);
  if (!indices) return [info(c.dtype(2), undefined)];
  const axis = resolveAxis(c.int('axis', -1), indices.length + 1);
  return [info(c.dtype(2), [...indices.slice(0, axis), c.dims(1)?.[0] ?? c.unknown(), ...indices.slice(axis)])];
};

const topK: Infer = (c) => {
  const x = c.shape(0);
  const shape = x && withDim(x, resolveAxis(c.int('axis', -1), x.length), c.dims(1)?.[0] ?? c.unknown());
  return [info(c.dtype(0), shape), info('int64', shape)];
};

const compress: Infer = (c) => {
  const x = c.shape(0);
  const axis = c.node.attributes.axis ? c.int('axis', 0) : undefined;
  const condition = c.numbers(1);
  const count = condition ? condition.filter((v) => v !== 0).length : c.unknown();
  if (axis === undefined) return [info(c.dtype(0), [count])];
  return [info(c.dtype(0), x && withDim(x, resolveAxis(axis, x.length), count))];
};

const nonZero: Infer = (c) => [info('int64', [c.shape(0)?.length ?? c.unknown(), c.unknown()])];

const evaluateNonZero: Evaluate = (c) => {
  const value = c.mayHaveValue(0) ? c.value(0) : undefined;
  if (value?.dims.length !== 1 || value.elements.some((e) => typeof e !== 'number')) return undefined;
  const found = value.elements.flatMap((e, i) => (e === 0 ? [] : [i]));
  return { dims: [1, found.length], elements: found };
};

const unique: Infer = (c) => {
  const x = c.shape(0);
  const count = c.unknown();
  const flat = c.node.attributes.axis === undefined;
  const y = flat ? [count] : x && withDim(x, resolveAxis(c.int('axis', 0), x.length), count);
  const all = c.unknown();
  const inverse = flat
    ? x && (x.every((d) => typeof d === 'number') ? [sizeOf(x as number[])] : [all])
    : x && [x[resolveAxis(c.int('axis', 0), x.length)] as Dim];
  return [info(c.dtype(0), y), info('int64', [count]), info('int64', inverse), info('int64', [count])];
};

export const INDEXING: Readonly<Record<string, OperatorRow>> = {
  Gather: { infer: gather, evaluate: evaluateGather },
  GatherElements: { infer: (c) => [info(c.dtype(0), c.shape(1))] },
  GatherND: { infer: gatherNd },
  Scatter: { infer: sameAsInput },
  ScatterElements: { infer: sameAsInput },
  ScatterND: { infer: sameAsInput, evaluate: evaluateScatterNd },
  TensorScatter: { infer: sameAsInput },
  Slice: { infer: slice, evaluate: evaluateSlice },
  OneHot: { infer: oneHot },
  TopK: { infer: topK },
  Compress: { infer: compress },
  NonZero: { infer: nonZero, evaluate: evaluateNonZero },
  Unique: { infer: unique },
};
