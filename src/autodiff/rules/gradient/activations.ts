import type { GraphBuilder } from '../../../graph/builder.ts';
import { float, floatAttribute, stringAttribute } from '../../../graph/graph.ts';
import { sumTo, unbroadcast } from '../../broadcast.ts';
import type { Rule, RuleContext, RuleSet } from '../../rule.ts';
import { constantScalar, keepWherePositive, type Point, perInput, scalarLike, unary } from '../helpers.ts';

/** `positive` where x > 0, else `other`. */
const wherePositive = ({ builder, x, number }: Point, positive: string, other: string): string =>
  builder.op('Where', [builder.op('Greater', [x, number(0)]), positive, other]);

/** 1 − value² */
const oneMinusSquare = ({ builder, number }: Point, value: string): string => builder.sub(number(1), builder.mul(value, value));

const prelu: Rule = (context) => {
  const { builder, dy } = context;
  const x = context.x();
  const slope = context.x(1);
  const zero = scalarLike(context, 0, x);
  const positive = builder.op('Greater', [x, zero]);
  return perInput(context, (i) =>
    i === 0
      ? builder.op('Where', [positive, dy, builder.mul(dy, slope)])
      : unbroadcast(context, builder.op('Where', [positive, zero, builder.mul(dy, x)]), slope),
  );
};

/** Constant bounds at or beyond this are no bounds (exporters write the largest float32 for "none"). */
const UNBOUNDED = 3e38;

type Bound = { readonly value: string; readonly constant: number | undefined };

function boundOf(context: RuleContext, i: 1 | 2): Bound | undefined {
  const value = context.node.inputs[i];
  if (!value) return undefined;
  const constant = constantScalar(context, value);
  return constant !== undefined && Math.abs(constant) >= UNBOUNDED ? undefined : { value, constant };
}

/** Clip passes the gradient strictly between its bounds: at a bound it is 0, as in PyTorch's hardtanh and relu6. */
const clip: Rule = (context) => {
  const { builder, dy, node } = context;
  const y = node.outputs[0] as string;
  const low = boundOf(context, 1);
  const high = boundOf(context, 2);
  return perInput(context, (i) => {
    if (i === 0) return clipInput(context, y, low, high);
    const bound = context.x(i);
    const outside = builder.op(i === 1 ? 'Less' : 'Greater', [context.x(), bound]);
    const kept = builder.op('Where', [outside, dy, scalarLike(context, 0, y)]);
    return sumTo(context, kept, context.shape(y), bound);
  });
};

function clipInput(context: RuleContext, y: string, low: Bound | undefined, high: Bound | undefined): string {
  const { builder, dy } = context;
  const dtype = context.dtype(y);
  const above = low && (low.constant === 0 ? y : builder.sub(y, low.value));
  const below = high && builder.sub(high.value, y);
  // Of run-time bounds nothing is known: infinite ones must not meet in a product.
  if (above && below && low?.constant !== undefined && high?.constant !== undefined)
    return keepWherePositive(context, dy, builder.mul(above, below), dtype);
  const aboveLow = above ? keepWherePositive(context, dy, above, dtype) : dy;
  return below ? keepWherePositive(context, aboveLow, below, dtype) : aboveLow;
}

const hardSigmoid: Rule = unary(({ context, builder, y, dy, number }) => {
  const inside = builder.mul(y, builder.sub(number(1), y));
  const slope = floatAttribute(context.node, 'alpha', 0.2);
  return keepWherePositive(context, builder.mul(dy, number(slope)), inside, context.dtype(y));
});

/** x·gate, gate = HardSigmoid(x; 1/6, 1/2): the gate itself, plus x/6 = gate − 1/2 where the gate is neither 0 nor 1. */
const hardSwish: Rule = unary(({ context, builder, x, dy, number }) => {
  const gate = builder.op('HardSigmoid', [x], { alpha: float(1 / 6), beta: float(0.5) });
  const between = builder.mul(gate, builder.sub(number(1), gate));
  const ramp = keepWherePositive(context, builder.sub(gate, number(0.5)), between, context.dtype(x));
  return builder.mul(dy, builder.add(gate, ramp));
});

const gelu: Rule = (context) => (stringAttribute(context.node, 'approximate', 'none') === 'tanh' ? geluTanh(context) : geluErf(context));

/** Φ(x) + x·φ(x) */
const geluErf: Rule = unary(({ builder, x, dy, number }) => {
  const half = builder.op('Erf', [builder.mul(x, number(Math.SQRT1_2))]);
  const cumulative = builder.mul(builder.add(half, number(1)), number(0.5));
  const bell = builder.op('Exp', [builder.mul(builder.mul(x, x), number(-0.5))]);
  const density = builder.mul(bell, number(1 / Math.sqrt(2 * Math.PI)));
  return builder.mul(dy, builder.add(cumulative, builder.mul(x, density)));
});

/** Of 0.5·x·(1 + t), t = tanh(k·(x + 0.044715·x³)): 0.5·(1 + t) + 0.5·x·(1 − t²)·k·(1 + 3·0.044715·x²). */
const geluTanh: Rule = unary((p) => {
  const { builder, x, dy, number } = p;
  const k = Math.sqrt(2 / Math.PI);
  const square = builder.mul(x, x);
  const inner = builder.mul(x, builder.add(builder.mul(square, number(k * 0.044715)), number(k)));
  const t = builder.op('Tanh', [inner]);
  const slope = builder.add(builder.mul(square, number(3 * k * 0.044715)), number(k));
  const outer = builder.add(t, number(1));
  const twice = builder.add(outer, builder.mul(x, builder.mul(oneMinusSquare(p, t), slope)));
  return builder.mul(dy, builder.mul(twice, number(0.5)));
});

/** x·tanh(softplus(x)) */
const mish: Rule = unary((p) => {
  const { builder, x, dy } = p;
  const t = builder.op('Tanh', [builder.op('Softplus', [x])]);
  const rise = builder.mul(builder.mul(x, builder.op('Sigmoid', [x])), oneMinusSquare(p, t));
  return builder.mul(dy, builder.add(t, rise));
});

/** dy where `value` > threshold, else 0. */
const whereAbove = (builder: GraphBuilder, dy: string, value: string, threshold: string, zero: string): string =>
  builder.op('Where', [builder.op('Greater', [value, threshold]), dy, zero]);

/** PyTorch's values at the kinks: 0 at exactly 0 for Relu, the slope of the negative side for its relatives. */
export const activationRules: RuleSet = {
  Relu: unary(({ context, dy, y }) => keepWherePositive(context, dy, y)),
  LeakyRelu: unary((p) => wherePositive(p, p.dy, p.builder.mul(p.dy, p.number(floatAttribute(p.context.node, 'alpha', 0.01))))),
  PRelu: prelu,
  ThresholdedRelu: unary(({ context, builder, dy, x, number }) =>
    whereAbove(builder, dy, x, number(floatAttribute(context.node, 'alpha', 1)), number(0)),
  ),
  Shrink: unary(({ context, builder, dy, x, number }) =>
    whereAbove(builder, dy, builder.op('Abs', [x]), number(floatAttribute(context.node, 'lambd', 0.5)), number(0)),
  ),
  Clip: clip,
  Elu: unary((p) => {
    const alpha = p.number(floatAttribute(p.context.node, 'alpha', 1));
    return wherePositive(p, p.dy, p.builder.mul(p.dy, p.builder.add(p.y, alpha)));
  }),
  Celu: unary((p) => {
    const slope = p.builder.div(p.y, p.number(floatAttribute(p.context.node, 'alpha', 1)));
    return wherePositive(p, p.dy, p.builder.mul(p.dy, p.builder.add(slope, p.number(1))));
  }),
  Selu: unary((p) => {
    const alpha = floatAttribute(p.context.node, 'alpha', 1.6732632423543772);
    const gamma = floatAttribute(p.context.node, 'gamma', 1.0507009873554805);
    const slope = p.builder.add(p.y, p.number(alpha * gamma));
    return p.builder.mul(p.dy, wherePositive(p, p.number(gamma), slope));
  }),
  Sigmoid: unary(({ builder, dy, y, number }) => builder.mul(dy, builder.mul(y, builder.sub(number(1), y)))),
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Tanh: unary((p) => p.builder.mul(p.dy, oneMinusSquare(p, p.y))),
  Softplus: unary(({ builder, dy, x }) => builder.mul(dy, builder.op('Sigmoid', [x]))),
  Softsign: unary(({ builder, dy, x, number }) => {
    const denominator = builder.add(builder.op('Abs', [x]), number(1));
    return builder.div(dy, builder.mul(denominator, denominator));
  }),
  Gelu: gelu,
  Mish: mish,
};
