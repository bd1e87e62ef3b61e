import { addDims, maxDims, minDims, multiplyDims } from '../../tensor/dim.ts';
import type { Dim } from '../../tensor/shape.ts';
import { type Evaluate, type Infer, type InferContext, info, type OperatorRow, resolveAxis } from './context.ts';
import { build } from './evaluate.ts';

/** The axes that a reduction runs over: its second input, all axes where that is missing or empty (or none, as an attribute says). */
function axesOf(context: InferContext, rank: number): readonly number[] | undefined {
  const given = context.has(1) ? context.numbers(1) : [];
  if (!given) return undefined;
  if (given.length) return given.map((axis) => resolveAxis(axis, rank));
  return context.int('noop_with_empty_axes', 0) ? [] : Array.from({ length: rank }, (_, i) => i);
}

const reduction: Infer = (context) => {
  const x = context.shape(0);
  if (!x) return [info(context.dtype(0), undefined)];
  const axes = axesOf(context, x.length);
  const keep = context.int('keepdims', 1) !== 0;
  if (axes) return [info(context.dtype(0), keep ? x.map((d, i) => (axes.includes(i) ? 1 : d)) : x.filter((_, i) => !axes.includes(i)))];
  if (keep)
    return [
      info(
        context.dtype(0),
        x.map(() => context.unknown()),
      ),
    ];
  const count = context.shape(1)?.[0];
  return [info(context.dtype(0), typeof count === 'number' ? x.slice(count).map(() => context.unknown()) : undefined)];
};

/** Reduces known elements with an associative operation. */
const fold =
  (apply: (a: Dim, b: Dim) => Dim): Evaluate =>
  (context) => {
    const value = context.mayHaveValue(0) ? context.value(0) : undefined;
    const axes = value && axesOf(context, value.dims.length);
    if (!value || !axes || value.elements.length === 0) return undefined;
    const keep = context.int('keepdims', 1) !== 0;
    const groups = new Map<string, (Dim | undefined)[]>();
    build(value.dims, (index) => {
      const key = index.map((at, axis) => (axes.includes(axis) ? 0 : at)).join(',');
      const flat = index.reduce((n, at, axis) => n * (value.dims[axis] as number) + at, 0);
      groups.set(key, [...(groups.get(key) ?? []), value.elements[flat]]);
      return 0;
    });
    const dims = keep ? value.dims.map((d, i) => (axes.includes(i) ? 1 : d)) : value.dims.filter((_, i) => !axes.includes(i));
    const elements = [...groups.values()].map((group) =>
      group.some((e) => e === undefined) ? undefined : (group as Dim[]).reduce((a, b) => apply(a, b)),
    );
    return { dims, elements };
  };

const argument: Infer = (context) => {
  const x = context.shape(0);
  if (!x) return [info('int64', undefined)];
  const axis = resolveAxis(context.int('axis', 0), x.length);
  return [info('int64', context.int('keepdims', 1) ? x.map((d, i) => (i === axis ? 1 : d)) : x.filter((_, i) => i !== axis))];
};

export const REDUCTION: Readonly<Record<string, OperatorRow>> = {
  ReduceL1: { infer: reduction },
  ReduceL2: { infer: reduction },
  ReduceLogSum: { infer: reduction },
  ReduceLogSumExp: { infer: reduction },
  ReduceMax: { infer: reduction, evaluate: fold(maxDims) },
  ReduceMean: { infer: reduction },
  ReduceMin: { infer: reduction, evaluate: fold(minDims) },
  ReduceProd: { infer: reduction, evaluate: fold(multiplyDims) },
  ReduceSum: { infer: reduction, evaluate: fold(addDims) },
  ReduceSumSquare: { infer: reduction },
  ArgMax: { infer: argument },
  ArgMin: { infer: argument },
};
