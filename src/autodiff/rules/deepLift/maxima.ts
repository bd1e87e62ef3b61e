import { DTYPES } from '../../../tensor/dtype.ts';
import { unbroadcast } from '../../broadcast.ts';
import { indicesOf } from '../gradient/pooling.ts';
import { perInput } from '../helpers.ts';
import { flatten, reshapeLike, zerosLike } from '../shapes.ts';
import { atBaseline, type TwoPointRule, type TwoPoints, unlessSmall } from './twoPoints.ts';

/** max(Δy, 0) and min(Δy, 0). */
function riseAndFall({ builder, y, y0, number }: TwoPoints): readonly [string, string] {
  const difference = builder.sub(y, y0);
  return [builder.op('Max', [difference, number(0)]), builder.op('Min', [difference, number(0)])];
}

/**
 * A window's maximum that rises does so by the element that has it at the input, one that falls by the element that has it at the
 * baseline: Δy is its contribution, and its Δx is at least as large, so the ratio is between 0 and 1. Windows that overlap add up.
 */
export const maxPool: TwoPointRule = (p) => {
  const { context, builder, dy, x, x0, y, y0, eps, number } = p;
  const flat = (value: string): string => flatten(context, value);
  const places = flat(indicesOf(context));
  const places0 = flat(indicesOf(atBaseline(p)));
  const [rise, fall] = riseAndFall(p).map(flat) as [string, string];
  const gathered = (value: string, at: string): string => builder.op('Gather', [flat(value), at]);
  const share = (difference: string, change: string, small: string): string =>
    builder.mul(flat(dy), unlessSmall(p, difference, eps, small, builder.div(change, difference)));
  const updates = [
    share(builder.sub(flat(y), gathered(x0, places)), rise, number(1)),
    share(builder.sub(gathered(x, places0), flat(y0)), fall, number(0)),
  ];
  const scatter = (into: string, at: string, what: string): string =>
    builder.op('ScatterElements', [into, at, what], { axis: 0, reduction: 'add' });
  const sum = scatter(scatter(flat(zerosLike(context, x)), places, updates[0] as string), places0, updates[1] as string);
  return [reshapeLike(context, sum, x)];
};

/**
 * The contribution of the elements that are the extremum: what it gains goes to those that have it at one end, what it loses to those
 * that have it at the other; of a maximum at the input and the baseline. Ties share evenly.
 * @param share where an element is the extremum, divided by how many are
 */
export function contribution(
  p: TwoPoints,
  isMinimum: boolean,
  share: (end: 'input' | 'baseline') => string,
  kept: (value: string) => string,
): string {
  const { builder } = p;
  const [rise, fall] = riseAndFall(p).map(kept) as [string, string];
  const [atInput, atOther] = isMinimum ? [fall, rise] : [rise, fall];
  return builder.add(builder.mul(share('input'), atInput), builder.mul(share('baseline'), atOther));
}

export const ones = ({ builder, context, y }: TwoPoints, a: string, b: string): string =>
  builder.op('Cast', [builder.op('Equal', [a, b])], { to: DTYPES[context.dtype(y)].code });

/** Max and Min of several inputs. */
export const extremum: TwoPointRule = (p, plain) => {
  const { context, builder, dy, y, y0, eps, at0, number } = p;
  const slopes = plain(context);
  const moving = context.node.inputs.flatMap((name, i) => (context.needs(i) ? [name] : []));
  return perInput(context, (i) => {
    const x = context.x(i);
    const share = (end: 'input' | 'baseline'): string => {
      const isExtremum = (name: string): string => (end === 'input' ? ones(p, name, y) : ones(p, at0(name), y0));
      const count = builder.op('Max', [builder.op('Sum', moving.map(isExtremum)), number(1)]);
      return builder.div(isExtremum(x), count);
    };
    const whole = builder.mul(
      dy,
      contribution(p, context.node.op === 'Min', share, (value) => value),
    );
    const run = builder.sub(x, at0(x));
    return unlessSmall(p, run, eps, slopes[i] as string, builder.div(unbroadcast(context, whole, x), run));
  });
};
