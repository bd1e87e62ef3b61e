import { DTYPES } from '../../../tensor/dtype.ts';
import { unbroadcast } from '../../broadcast.ts';
import { noGradient, type Rule, type RuleContext, type RuleSet } from '../../rule.ts';
import { constantScalar, type Point, perInput, scalarLike, unary } from '../helpers.ts';

const outputOf = (context: RuleContext): string => context.node.outputs[0] as string;

const add: Rule = (context) => perInput(context, (i) => unbroadcast(context, context.dy, context.x(i)));

const sub: Rule = (context) =>
  perInput(context, (i) => {
    const sum = unbroadcast(context, context.dy, context.x(i));
    return i === 0 ? sum : context.builder.op('Neg', [sum]);
  });

const mul: Rule = (context) =>
  perInput(context, (i) => unbroadcast(context, context.builder.mul(context.dy, context.x(1 - i)), context.x(i)));

const div: Rule = (context) => {
  const { builder } = context;
  const quotient = builder.div(context.dy, context.x(1));
  return perInput(context, (i) =>
    unbroadcast(context, i === 0 ? quotient : builder.op('Neg', [builder.mul(quotient, outputOf(context))]), context.x(i)),
  );
};

/** x^p: as in PyTorch 0 where p is 0, and 0 for the exponent's gradient where x is 0 and p is not negative. */
const pow: Rule = (context) =>
  perInput(context, (i) => unbroadcast(context, i === 0 ? powBase(context) : powExponent(context), context.x(i)));

function powBase(context: RuleContext): string {
  const { builder, dy } = context;
  const x = context.x();
  const number = (value: number) => scalarLike(context, value, x);
  const p = constantScalar(context, context.x(1));
  if (p === 0) return builder.mul(dy, number(0));
  if (p === 1) return dy;
  if (p === 2) return builder.mul(dy, builder.mul(x, number(2)));
  if (p === 0.5) return builder.div(builder.mul(dy, number(0.5)), outputOf(context));
  if (p !== undefined) return builder.mul(dy, builder.mul(builder.op('Pow', [x, number(p - 1)]), number(p)));
  const exponent = exponentLikeBase(context);
  const slope = builder.mul(exponent, builder.op('Pow', [x, builder.sub(exponent, number(1))]));
  return builder.mul(dy, builder.op('Where', [builder.op('Equal', [exponent, number(0)]), number(0), slope]));
}

function powExponent(context: RuleContext): string {
  const { builder, dy } = context;
  const x = context.x();
  const zero = scalarLike(context, 0, x);
  const flat = builder.op('And', [builder.op('Equal', [x, zero]), builder.op('GreaterOrEqual', [exponentLikeBase(context), zero])]);
  const slope = builder.mul(outputOf(context), builder.op('Log', [x]));
  return builder.mul(dy, builder.op('Where', [flat, zero, slope]));
}

function exponentLikeBase(context: RuleContext): string {
  const dtype = context.dtype(context.x());
  const exponent = context.x(1);
  return context.dtype(exponent) === dtype ? exponent : context.builder.op('Cast', [exponent], { to: DTYPES[dtype].code });
}

/** Max and Min: the inputs that equal the output share the gradient evenly, as in PyTorch's maximum and minimum. */
const extremum: Rule = (context) => {
  const { builder, dy, node } = context;
  if (node.inputs.length === 1) return [dy];
  const y = outputOf(context);
  const to = DTYPES[context.dtype(y)].code;
  const chosen = node.inputs.map((x) => builder.op('Cast', [builder.op('Equal', [x, y])], { to }));
  const share = builder.div(dy, builder.op('Sum', chosen));
  return perInput(context, (i) => unbroadcast(context, builder.mul(share, chosen[i] as string), context.x(i)));
};

const mean: Rule = (context) => {
  const { builder, dy, node } = context;
  const share = builder.mul(dy, scalarLike(context, 1 / node.inputs.length, context.x()));
  return perInput(context, (i) => unbroadcast(context, share, context.x(i)));
};

const where: Rule = (context) => {
  const { builder, dy } = context;
  const condition = context.x();
  const zero = scalarLike(context, 0, outputOf(context));
  return perInput(context, (i) => {
    const kept = builder.op('Where', i === 1 ? [condition, dy, zero] : [condition, zero, dy]);
    return unbroadcast(context, kept, context.x(i));
  });
};

/** Floating-point remainder (fmod 1): a − b·trunc(a/b). */
const mod: Rule = (context) => {
  const { builder, dy } = context;
  return perInput(context, (i) => {
    if (i === 0) return unbroadcast(context, dy, context.x());
    const [a, b] = [context.x(0), context.x(1)];
    const whole = builder.div(builder.sub(a, outputOf(context)), b);
    return unbroadcast(context, builder.op('Neg', [builder.mul(dy, whole)]), b);
  });
};

const squared = ({ builder, x }: Point): string => builder.mul(x, x);
/** sign·x² + offset */
const parabola = (p: Point, sign: 1 | -1, offset: number): string =>
  sign === 1 ? p.builder.add(squared(p), p.number(offset)) : p.builder.sub(p.number(offset), squared(p));
const overRoot = (p: Point, radicand: string): string => p.builder.div(p.dy, p.builder.op('Sqrt', [radicand]));

export const elementwiseRules: RuleSet = {
  Add: add,
  Sub: sub,
  Mul: mul,
  Div: div,
  Pow: pow,
  Max: extremum,
  Min: extremum,
  Sum: add,
  Mean: mean,
  Where: where,
  Mod: mod,
  Neg: unary(({ builder, dy }) => builder.op('Neg', [dy])),
  Exp: unary(({ builder, dy, y }) => builder.mul(dy, y)),
  Log: unary(({ builder, dy, x }) => builder.div(dy, x)),
  Sqrt: unary(({ builder, dy, y, number }) => builder.div(builder.mul(dy, number(0.5)), y)),
  Reciprocal: unary(({ builder, dy, y }) => builder.op('Neg', [builder.mul(dy, builder.mul(y, y))])),
  Abs: unary(({ builder, dy, x }) => builder.mul(dy, builder.op('Sign', [x]))),
  Erf: unary((p) => {
    const { builder, dy, number } = p;
    return builder.mul(dy, builder.mul(builder.op('Exp', [builder.op('Neg', [squared(p)])]), number(2 / Math.sqrt(Math.PI))));
  }),
  Sin: unary(({ builder, dy, x }) => builder.mul(dy, builder.op('Cos', [x]))),
  Cos: unary(({ builder, dy, x }) => builder.op('Neg', [builder.mul(dy, builder.op('Sin', [x]))])),
  Tan: unary(({ builder, dy, y, number }) => builder.mul(dy, builder.add(builder.mul(y, y), number(1)))),
  Asin: unary((p) => overRoot(p, parabola(p, -1, 1))),
  Acos: unary((p) => p.builder.op('Neg', [overRoot(p, parabola(p, -1, 1))])),
  Atan: unary((p) => p.builder.div(p.dy, parabola(p, 1, 1))),
  Sinh: unary(({ builder, dy, x }) => builder.mul(dy, builder.op('Cosh', [x]))),
  Cosh: unary(({ builder, dy, x }) => builder.mul(dy, builder.op('Sinh', [x]))),
  Asinh: unary((p) => overRoot(p, parabola(p, 1, 1))),
  Acosh: unary((p) => overRoot(p, parabola(p, 1, -1))),
  Atanh: unary((p) => p.builder.div(p.dy, parabola(p, -1, 1))),
  Sign: noGradient,
  Floor: noGradient,
  Ceil: noGradient,
  Round: noGradient,
};
