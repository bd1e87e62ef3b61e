import { reduction } from '../gradient/reductions.ts';
import { slopeOfAbs, TINY } from './elementwise.ts';
import { contribution, ones } from './maxima.ts';
import { secants } from './softmax.ts';
import { type TwoPointRule, type TwoPoints, unlessSmall } from './twoPoints.ts';

type Parts = Parameters<Parameters<typeof reduction>[0]>[0];

/** A rule from the gradient of what is reduced, the reduced dimensions being kept. */
const reduced =
  (gradient: (p: TwoPoints, parts: Parts) => string): TwoPointRule =>
  (p) =>
    reduction((parts) => gradient(p, parts))(p.context);

export const sumOfSquares = reduced(({ builder, x, x0 }, { dy }) => builder.mul(dy, builder.add(x, x0)));

/** Of the root of the sum of squares: (x + x′)/(y + y′). */
export const euclidean = reduced(({ builder, x, x0, y0, number }, { dy, y, keep }) => {
  const share = builder.div(dy, builder.add(builder.add(y, keep(y0)), number(TINY)));
  return builder.mul(share, builder.add(x, x0));
});

export const sumOfMagnitudes = reduced((p, { dy }) => p.builder.mul(dy, slopeOfAbs(p)));

/** The logarithm of a softmax's denominator changes in proportion to the secants of exp. */
export const logOfSumOfExponentials = reduced((p, { dy, y, keep, reduce }) => {
  const { builder, x, x0, y0 } = p;
  const logarithms = [builder.sub(x, y), builder.sub(x0, keep(y0))] as const;
  const r = secants(p, logarithms, [builder.op('Exp', [logarithms[0]]), builder.op('Exp', [logarithms[1]])]);
  return builder.mul(dy, builder.div(r, reduce('ReduceSum', r)));
});

const extremum = (p: TwoPoints, isMinimum: boolean, slope: string, { dy, y, keep, reduce }: Omit<Parts, 'context'>): string => {
  const { builder, x, x0, y0, eps } = p;
  const share = (end: 'input' | 'baseline'): string => {
    const isExtremum = end === 'input' ? ones(p, x, y) : ones(p, x0, keep(y0));
    return builder.div(isExtremum, reduce('ReduceSum', isExtremum));
  };
  const whole = builder.mul(dy, contribution(p, isMinimum, share, keep));
  const run = builder.sub(x, x0);
  return unlessSmall(p, run, eps, slope, builder.div(whole, run));
};

/** ReduceMax and ReduceMin. */
export const reducedExtremum: TwoPointRule = (p, plain) => {
  const [slope = ''] = plain(p.context);
  return reduction((parts) => extremum(p, p.context.node.op === 'ReduceMin', slope, parts))(p.context);
};

export const globalMaxPool: TwoPointRule = (p, plain) => {
  const { context, builder, x, y, dy, number } = p;
  const [slope = ''] = plain(context);
  const axes = builder.ints(context.shape(x).flatMap((_, axis) => (axis > 1 ? [axis] : [])));
  const reduce = (op: string, value: string): string => builder.op(op, [value, axes], { keepdims: 1 });
  return [extremum(p, false, slope, { builder, x, y, dy, number, keep: (value) => value, reduce })];
};
