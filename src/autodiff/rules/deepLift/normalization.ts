import { mean, reciprocalRoot, type StandardisedBackward, standardisingRules } from '../gradient/normalization.ts';
import type { TwoPointRule, TwoPoints } from './twoPoints.ts';

/**
 * c·s, c the centred values and s = (mean c² + ε)^−½: a product whose second factor has the slope −s²s′²/(s + s′) over the mean square,
 * which has the slope 2c̄/n over c.
 */
const backward =
  ({ at0 }: TwoPoints): StandardisedBackward =>
  (context, g, { arranged, axes, epsilon, centred }) => {
    const { builder } = context;
    const centre = (x: string): string => (centred ? builder.sub(x, mean(context, x, axes)) : x);
    const half = (a: string, b: string): string => builder.mul(builder.add(a, b), builder.op('CastLike', [builder.float(0.5), a]));
    const [c, c0] = [context.x(), at0(context.x())].map((x) => centre(arranged(x))) as [string, string];
    const [s, s0] = [c, c0].map((v) => reciprocalRoot(context, mean(context, builder.mul(v, v), axes), epsilon)) as [string, string];
    const middle = half(c, c0);
    const product = builder.mul(s, s0);
    // half of the slope: the 2 of 2c̄ is in the sum's half
    const slope = builder.div(builder.mul(product, product), half(s, s0));
    const along = builder.mul(middle, builder.mul(slope, mean(context, builder.mul(g, middle), axes)));
    const result = builder.sub(builder.mul(g, half(s, s0)), along);
    return centred ? builder.sub(result, mean(context, result, axes)) : result;
  };

/** Layer, group, instance and RMS normalisation, whose scale and shift are weights. */
export const standardised: TwoPointRule = (p) => {
  const rule = standardisingRules(backward(p))[p.context.node.op];
  return rule ? rule(p.context) : [];
};
