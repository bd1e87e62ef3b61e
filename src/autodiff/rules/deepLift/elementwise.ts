import type { Rule } from '../../rule.ts';
import { atBaseline, type TwoPointRule, type TwoPoints, unlessSmall } from './twoPoints.ts';

/** Differences of smooth functions below this are mostly rounding; the mean of the slopes at both ends is closer, to the square of it. */
const ROUNDED = 1e-2;

const first = (results: ReturnType<Rule>): string => results.find((result) => result !== undefined) as string;

/** A rule's result for the input that is wanted. */
const forInput = ({ context }: TwoPoints, gradient: string): (string | undefined)[] =>
  context.node.inputs.map((_, i) => (context.needs(i) ? gradient : undefined));

function rescaledBelow(p: TwoPoints, eps: number, slope: string): string {
  const { builder, dy, x, x0, y, y0 } = p;
  const run = builder.sub(x, x0);
  return unlessSmall(p, run, eps, slope, builder.div(builder.mul(dy, builder.sub(y, y0)), run));
}

/** The rescale rule: Δy/Δx, the slope at the input where |Δx| < eps. */
export const rescale: TwoPointRule = (p, plain) => forInput(p, rescaledBelow(p, p.eps, first(plain(p.context))));

/** The same of a function that is smooth: exact also where differences are small. */
export const rescaleSmooth: TwoPointRule = (p, plain) => {
  const here = first(plain(p.context));
  if (p.eps >= ROUNDED) return forInput(p, rescaledBelow(p, p.eps, here));
  const both = p.builder.mul(p.builder.add(here, first(plain(atBaseline(p)))), p.number(0.5));
  return forInput(p, rescaledBelow(p, ROUNDED, both));
};

/** An eps from here on shows in the ReLU's result. */
const VISIBLE = 1e-6;
/** Added to what may be 0; nothing that a network computes is near it. */
export const TINY = 1e-30;

/** Of a ReLU Δy/Δx is (y + y′)/(|x| + |x′|), without differences: 1 where both let pass, 0 where both do not. */
export const rescaleRelu: TwoPointRule = (p, plain) => {
  const { builder, context, dy, x, x0, y, y0, eps, number } = p;
  if (eps > VISIBLE || context.dtype(x) !== 'float32') return rescale(p, plain);
  const width = builder.add(builder.add(builder.op('Abs', [x]), number(TINY)), builder.op('Abs', [x0]));
  return forInput(p, builder.mul(dy, builder.div(builder.add(y, y0), width)));
};

/** A rule from a closed form of Δy/Δx. */
const closed =
  (slope: (points: TwoPoints) => string): TwoPointRule =>
  (p) =>
    forInput(p, p.builder.mul(p.dy, slope(p)));

/** Δ|x|/Δx = (x + x′)/(|x| + |x′|) */
export const slopeOfAbs = ({ builder, x, x0, number }: TwoPoints): string =>
  builder.div(builder.add(x, x0), builder.add(builder.add(builder.op('Abs', [x]), builder.op('Abs', [x0])), number(TINY)));

export const rescaleAbs = closed(slopeOfAbs);

/** 1/(√x + √x′) */
export const rescaleSqrt = closed(({ builder, y, y0, number }) =>
  builder.op('Reciprocal', [builder.add(builder.add(y, y0), number(TINY))]),
);

/** −1/(x·x′) */
export const rescaleReciprocal = closed(({ builder, y, y0 }) => builder.op('Neg', [builder.mul(y, y0)]));

/** x + x′ of a square; of another power the difference. */
export const rescalePower: TwoPointRule = (p, plain) => {
  const { context, builder, x, x0 } = p;
  const exponent = context.constant(context.x(1));
  const isSquare = exponent?.data.length === 1 && Number(exponent.data[0]) === 2;
  return isSquare ? forInput(p, builder.mul(p.dy, builder.add(x, x0))) : rescale(p, plain);
};
