import type { Dim, Shape } from '../tensor/shape.ts';
import type { RuleContext } from './rule.ts';

/**
 * Sums a gradient of the shape of the node's output down to the shape of an input that was broadcast to it.
 * Where a symbolic dimension may or may not have been broadcast, the axes are found when the graph runs.
 *
 * @param gradient a value of exactly the shape of the node's first output
 */
export function unbroadcast(context: RuleContext, gradient: string, input: string): string {
  const output = context.node.outputs[0] as string;
  return sumTo(context, gradient, context.shape(output), input);
}

/** The same where the gradient has the shape `from`. */
export function sumTo(context: RuleContext, gradient: string, from: Shape, input: string): string {
  const { builder } = context;
  const to = context.shape(input);
  const extra = from.length - to.length;
  const kinds = to.map((dim, i) => wasBroadcast(dim, from[extra + i] as Dim));
  const leading = Array.from({ length: extra }, (_, i) => i);
  let sum = gradient;
  if (kinds.includes('unknown')) {
    const ones = builder.op('NonZero', [builder.op('Equal', [builder.op('Shape', [input]), builder.ints([1])])]);
    const axes = builder.add(builder.op('Reshape', [ones, builder.ints([-1])]), builder.ints([extra]));
    sum = builder.op('ReduceSum', [sum, axes], { keepdims: 1, noop_with_empty_axes: 1 });
  } else {
    const axes = kinds.flatMap((kind, i) => (kind === 'yes' ? [extra + i] : []));
    if (axes.length > 0) sum = builder.op('ReduceSum', [sum, builder.ints(axes)], { keepdims: 1 });
  }
  return extra > 0 ? builder.op('ReduceSum', [sum, builder.ints(leading)], { keepdims: 0 }) : sum;
}

/** Whether a dimension was stretched from `to` to `from`. */
function wasBroadcast(to: Dim, from: Dim): 'yes' | 'no' | 'unknown' {
  if (to === from) return 'no';
  if (to === 1) return 'yes';
  return typeof to === 'number' ? 'no' : 'unknown';
}
