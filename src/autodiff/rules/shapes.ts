import type { Dim } from '../../tensor/shape.ts';
import type { RuleContext } from '../rule.ts';
import { scalarLike } from './helpers.ts';

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
export const zerosLike = (context: RuleContext, value: string): string =>
  context.builder.op('Expand', [scalarLike(context, 0, value), context.builder.op('Shape', [value])]);

/** A value as a vector. */
export const flatten = ({ builder }: RuleContext, value: string): string => builder.op('Reshape', [value, builder.ints([-1])]);

/** An axis attribute or input counted from the front. */
export const axisFromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

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
  const zeros = builder.op('Expand', [scalarLike(context, 0, x), builder.op('Reshape', [count, builder.ints([1])])]);
  const updates = [flatten(context, copy(places)), flatten(context, dy)];
  const sum = builder.op('ScatterElements', [zeros, ...updates], { axis: 0, reduction: 'add' });
  return reshapeLike(context, sum, x);
}
