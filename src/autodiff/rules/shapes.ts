import type { GraphBuilder } from '../../graph/builder.ts';
import { DTYPES, type DType } from '../../tensor/dtype.ts';
import type { Dim } from '../../tensor/shape.ts';
import type { RuleContext } from '../rule.ts';

/** The dimension of a value that a Reshape can take as −1: the symbolic ones are one at most, and none is 0. */
function reshapeTarget(shape: readonly Dim[]): number[] | undefined {
  if (shape.includes(0) || shape.filter((d) => typeof d === 'string').length > 1) return undefined;
  return shape.map((d) => (typeof d === 'number' ? d : -1));
}

/** `value` in the shape of `like`, both of the same number of elements. */
export function reshapeLike({ builder }: RuleContext, value: string, like: string): string {
  const shape = builder.values.get(like)?.shape;
  const target = shape && reshapeTarget(shape);
  if (target) return builder.op('Reshape', [value, builder.ints(target)]);
  return builder.op('Reshape', [value, builder.op('Shape', [like])], { allowzero: 1 });
}

/** Zeros of a value's shape and dtype. */
export const zerosLike = (context: RuleContext, value: string): string => zerosOf(context.builder, value, context.dtype(value));

export function zerosOf(builder: GraphBuilder, value: string, dtype: DType = builder.values.get(value)?.dtype ?? 'float32'): string {
  const zero = builder.float(0);
  return builder.op('Expand', [
    dtype === 'float32' ? zero : builder.op('Cast', [zero], { to: DTYPES[dtype].code }),
    builder.op('Shape', [value]),
  ]);
}

/** A value as a vector. */
export const flatten = ({ builder }: RuleContext, value: string): string => builder.op('Reshape', [value, builder.ints([-1])]);

/** An axis attribute or input counted from the front. */
export const axisFromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/**
 * `value`, which has `rank` axes, with zeros before and behind along one of them; negative numbers crop. Pads are given for every
 * axis: ONNX Runtime misreads an `axes` input when it moves a Transpose past the Pad.
 */
export function padAxis({ builder }: RuleContext, value: string, rank: number, axis: number, before: number, behind: number): string {
  const pads = new Array<number>(2 * rank).fill(0);
  pads[axis] = before;
  pads[rank + axis] = behind;
  return builder.op('Pad', [value, builder.ints(pads)]);
}

/**
 * The gradient of any operator that only copies elements of `x`: `copy` applies the operator to an int64 tensor of x's shape that
 * holds each element's place, and the incoming gradients are added up at the places that come out. Exact for every use of such an
 * operator; where a direct formula exists it is faster.
 *
 * @param dy a gradient of the shape that `copy` returns
 */
export function scatterBack(context: RuleContext, x: string, dy: string, copy: (places: string) => string): string {
  const { builder } = context;
  const shape = builder.op('Shape', [x]);
  const count = builder.op('Size', [x]);
  const zero = builder.op('Squeeze', [builder.ints([0])]);
  const one = builder.op('Squeeze', [builder.ints([1])]);
  const places = builder.op('Reshape', [builder.op('Range', [zero, count, one]), shape], { allowzero: 1 });
  const length = builder.op('Reshape', [count, builder.ints([1])]);
  return reshapeLike(context, scatterAdd(context, length, flatten(context, copy(places)), flatten(context, dy), 0, context.dtype(x)), x);
}

/**
 * Zeros of a shape (a vector of int64) to which `updates` are added at `indices` along an axis. Narrower floats are added up
 * in float32: more exact, and ONNX Runtime has no sum of them.
 */
export function scatterAdd({ builder }: RuleContext, shape: string, indices: string, updates: string, axis: number, dtype: DType): string {
  const narrow = dtype === 'float16' || dtype === 'bfloat16';
  const wide = narrow ? 'float32' : dtype;
  const cast = (value: string, to: DType): string => builder.op('Cast', [value], { to: DTYPES[to].code });
  const zero = wide === 'float32' ? builder.float(0) : cast(builder.float(0), wide);
  const inputs = [builder.op('Expand', [zero, shape]), indices, narrow ? cast(updates, wide) : updates];
  const sum = builder.op('ScatterElements', inputs, { axis, reduction: 'add' });
  return narrow ? cast(sum, dtype) : sum;
}
