import { unbroadcast } from '../../broadcast.ts';
import { derivedContext } from '../derivedContext.ts';
import { perInput } from '../helpers.ts';
import { meanOf, type TwoPointRule } from './twoPoints.ts';

/**
 * Of an operator that is linear in each of two inputs: Δ(ab) = ā·Δb + b̄·Δa with the means of both ends, which is the plain gradient
 * with the means in place of the inputs.
 */
export const product: TwoPointRule = (p, plain) => {
  const { context } = p;
  const { node } = context;
  const inputs = node.inputs.map((name, i) => (context.needs(i) ? meanOf(p, name) : name));
  return plain(derivedContext(context, { node: { ...node, inputs }, x: (i = 0) => inputs[i] || context.x(i) }));
};

/** Δ(a/b), as the product of a and 1/b: Δa times the mean of 1/b, −ā/(b·b′) times Δb. */
export const quotient: TwoPointRule = (p) => {
  const { context, builder, dy, at0, number } = p;
  const [a, b] = [context.x(0), context.x(1)];
  const inverse = builder.op('Reciprocal', [b]);
  const inverse0 = builder.op('Reciprocal', [at0(b)]);
  return perInput(context, (i) => {
    const slope =
      i === 0
        ? builder.mul(builder.add(inverse, inverse0), number(0.5))
        : builder.op('Neg', [builder.mul(meanOf(p, a), builder.mul(inverse, inverse0))]);
    return unbroadcast(context, builder.mul(dy, slope), context.x(i));
  });
};
