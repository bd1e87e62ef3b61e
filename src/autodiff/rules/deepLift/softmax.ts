import { intAttribute } from '../../../graph/graph.ts';
import { type TwoPointRule, type TwoPoints, unlessSmall } from './twoPoints.ts';

/** Differences of logarithms below this: the mean of both ends is as close as their ratio. */
const ROUNDED = 1e-2;
/** A logarithm of what is 0 in every dtype, as masks make with −∞. */
const ZERO = -1e4;

const sum = ({ builder, context }: TwoPoints, value: string): string =>
  builder.op('ReduceSum', [value, builder.ints([intAttribute(context.node, 'axis', -1)])], { keepdims: 1 });

/**
 * The rescale rule of p = exp(z), z the log-softmax: Δp/Δz, a mean of both ends. Since Σ Δp = 0, the log of the softmax's denominator
 * changes by Σ r·Δx / Σ r: shared among the inputs in proportion to r.
 */
export function secants(p: TwoPoints, [z, z0]: readonly [string, string], [y, y0]: readonly [string, string]): string {
  const { builder, number } = p;
  const middle = builder.mul(builder.add(y, y0), number(0.5));
  const finite = (logarithm: string): string => builder.op('Max', [logarithm, number(ZERO)]);
  const run = builder.sub(finite(z), finite(z0));
  return unlessSmall(p, run, ROUNDED, middle, builder.div(builder.sub(y, y0), run));
}

/** r·(dy − Σ dy·r / Σ r): the softmax's gradient with r in place of y. Complete, whatever is added to all inputs at one end. */
export const softmax: TwoPointRule = (p) => {
  const { builder, context, dy, x, x0, y, y0 } = p;
  const axis = intAttribute(context.node, 'axis', -1);
  const logarithm = (value: string): string => builder.op('LogSoftmax', [value], { axis });
  const r = secants(p, [logarithm(x), logarithm(x0)], [y, y0]);
  const common = builder.div(sum(p, builder.mul(dy, r)), sum(p, r));
  return [builder.mul(r, builder.sub(dy, common))];
};

/** dy − r·Σ dy / Σ r */
export const logSoftmax: TwoPointRule = (p) => {
  const { builder, dy, y, y0 } = p;
  const r = secants(p, [y, y0], [builder.op('Exp', [y]), builder.op('Exp', [y0])]);
  return [builder.sub(dy, builder.mul(r, builder.div(sum(p, dy), sum(p, r))))];
};
