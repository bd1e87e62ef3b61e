import type { GraphBuilder } from '../../../graph/builder.ts';
import { type Rule, type RuleContext, refusal } from '../../rule.ts';
import { derivedContext } from '../derivedContext.ts';
import { scalarLike } from '../helpers.ts';
import type { BaselineOf } from './twin.ts';

/** A node at the input and at the baseline. */
export interface TwoPoints {
  readonly context: RuleContext;
  readonly builder: GraphBuilder;
  readonly dy: string;
  readonly x: string;
  readonly y: string;
  /** x and y at the baseline. */
  readonly x0: string;
  readonly y0: string;
  /** |Δx| below which a ratio of differences means nothing. */
  readonly eps: number;
  /** A value at the baseline. */
  readonly at0: (value: string) => string;
  /** A scalar of y's dtype. */
  readonly number: (value: number) => string;
}

/** A rule for two points; `plain` is the operator's rule of the plain gradient. */
export type TwoPointRule = (points: TwoPoints, plain: Rule) => readonly (string | undefined)[];

/** @param i the input that is x */
export function twoPoints(context: RuleContext, baselineOf: BaselineOf, eps: number, i: number): TwoPoints {
  const { builder, node } = context;
  const at0 = (value: string): string => {
    const twin = baselineOf(value);
    if (twin === undefined) throw refusal(context, `the value ${value} at the baseline is not known.`);
    return twin;
  };
  const [x, y] = [context.x(i), node.outputs[0] as string];
  const number = (value: number): string => scalarLike(context, value, y);
  return { context, builder, dy: context.dy, x, y, x0: at0(x), y0: at0(y), eps, at0, number };
}

/** The node at the baseline, with the same gradient arriving. */
export function atBaseline({ context, at0 }: TwoPoints): RuleContext {
  const { node, builder } = context;
  const twin = builder.nodes.find((n) => n.outputs[0] === at0(node.outputs[0] as string)) ?? node;
  return derivedContext(context, { node: twin, x: (i) => at0(context.x(i)), needs: (i) => context.needs(i) });
}

/** The mean of a value and its value at the baseline, the value itself where they are the same. */
export function meanOf({ context, builder, at0, number }: TwoPoints, value: string): string {
  const other = at0(value);
  if (other === value) return value;
  const mean = builder.mul(builder.add(value, other), number(0.5));
  builder.values.set(mean, { dtype: context.dtype(value), shape: context.shape(value) });
  return mean;
}

/** `small` where |`difference`| < eps, else `ratio`, which may be anything there. */
export const unlessSmall = ({ builder, number }: TwoPoints, difference: string, eps: number, small: string, ratio: string): string =>
  builder.op('Where', [builder.op('Less', [builder.op('Abs', [difference]), number(eps)]), small, ratio]);
