import type { GraphBuilder } from '../../graph/builder.ts';
import { float } from '../../graph/graph.ts';
import { DTYPES } from '../../tensor/dtype.ts';
import { sizeOf, type Tensor, toNumbers } from '../../tensor/tensor.ts';
import type { Rule, RuleContext } from '../rule.ts';

/** A rule's result from a function that makes the gradient of input i, called for the inputs whose gradient is wanted. */
export const perInput = (context: RuleContext, gradientOf: (i: number) => string | undefined): (string | undefined)[] =>
  context.node.inputs.map((_, i) => (context.needs(i) ? gradientOf(i) : undefined));

/** A scalar constant of the dtype of `like`. */
export function scalarLike(context: RuleContext, value: number, like: string): string {
  const constant = context.builder.float(value);
  const dtype = context.dtype(like);
  return dtype === 'float32' ? constant : context.builder.op('Cast', [constant], { to: DTYPES[dtype].code });
}

/** The only element of a constant; undefined where the input is no constant or has several elements. */
export function constantScalar(context: RuleContext, value: string): number | undefined {
  const constant: Tensor | undefined = context.constant(value);
  return constant && sizeOf(constant.dims) === 1 ? toNumbers(constant)[0] : undefined;
}

/** What the derivative of a function of one variable is made of. */
export interface Point {
  readonly context: RuleContext;
  readonly builder: GraphBuilder;
  readonly x: string;
  readonly y: string;
  readonly dy: string;
  /** A scalar of x's dtype. */
  readonly number: (value: number) => string;
}

/** The rule of an elementwise operator with one differentiable input; `gradient` returns dy·f′(x). */
export const unary =
  (gradient: (point: Point) => string): Rule =>
  (context) => {
    if (!context.needs(0)) return [];
    const { builder, dy, node } = context;
    const x = context.x();
    return [gradient({ context, builder, x, y: node.outputs[0] as string, dy, number: (value) => scalarLike(context, value, x) })];
  };

/** A slope that makes HardSigmoid a step: any positive float32 beyond the denormals gives 1. */
const STEEP = 3e38;

/**
 * gradient where `value` > 0, else 0 (at exactly 0 too). As a steep HardSigmoid this takes half the time of Where on ONNX Runtime;
 * dtypes for which it has no HardSigmoid take Where.
 */
export function keepWherePositive(context: RuleContext, gradient: string, value: string, dtype = context.dtype(value)): string {
  const { builder } = context;
  if (dtype === 'float32') {
    const mask = builder.op('HardSigmoid', [value], { alpha: float(STEEP), beta: float(0) });
    return builder.mul(gradient, mask);
  }
  const zero = builder.op('Cast', [builder.float(0)], { to: DTYPES[dtype].code });
  return builder.op('Where', [builder.op('Greater', [value, zero]), gradient, zero]);
}
