import { intAttribute } from '../../../graph/graph.ts';
import { DTYPES } from '../../../tensor/dtype.ts';
import { type Dim, isStatic, sizeOfShape } from '../../../tensor/shape.ts';
import { noGradient, type Rule, type RuleContext, type RuleSet } from '../../rule.ts';
import { type Point, scalarLike } from '../helpers.ts';
import { axisFromFront } from '../shapes.ts';

/** A reduction's values; `y` and `dy` with the reduced dimensions kept, so that they broadcast against x. */
interface Reduction extends Point {
  /** Keeps the reduced dimensions of a value of the output's shape. */
  readonly keep: (value: string) => string;
  /** Reduces a value of x's shape along the node's axes by another operator. */
  readonly reduce: (op: string, value: string) => string;
}

/** The rule of a reduction; where `expand` is set, `gradient` returns a value that still has to be stretched over the reduced axes. */
export const reduction =
  (gradient: (r: Reduction) => string, expand = false): Rule =>
  (context) => {
    if (!context.needs(0)) return [];
    const { builder, node } = context;
    const x = context.x();
    const axes = context.integers(1)?.length === 0 ? '' : (node.inputs[1] ?? '');
    const kept = intAttribute(node, 'keepdims', 1) === 1 || axes === '';
    const keep = (value: string): string => (kept ? value : builder.op('Unsqueeze', [value, axes]));
    const noop = intAttribute(node, 'noop_with_empty_axes', 0);
    const result = gradient({
      context,
      builder,
      x,
      y: keep(node.outputs[0] as string),
      dy: keep(context.dy),
      keep,
      number: (value) => scalarLike(context, value, x),
      reduce: (op, value) => builder.op(op, axes ? [value, axes] : [value], { keepdims: 1, noop_with_empty_axes: noop }),
    });
    return [expand ? stretch(context, result) : result];
  };

/** The axes that are reduced, counted from the front; undefined where they are known only when the graph runs. */
function reducedAxes(context: RuleContext): number[] | undefined {
  const { node } = context;
  const rank = context.shape(context.x()).length;
  const axes = node.inputs[1] ? context.integers(1) : [];
  if (axes?.length !== 0) return axes?.map((axis) => axisFromFront(axis, rank));
  const none = intAttribute(node, 'noop_with_empty_axes', 0) === 1;
  return none ? [] : Array.from({ length: rank }, (_, i) => i);
}

/** A gradient whose reduced dimensions are 1 (or which is a scalar) in the shape of x. */
function stretch(context: RuleContext, gradient: string): string {
  const { builder } = context;
  const shape = context.shape(context.x());
  const axes = reducedAxes(context);
  const target = axes && shape.map((dim, i) => (axes.includes(i) ? dim : 1));
  return builder.op('Expand', [gradient, target && isStatic(target) ? builder.ints(target) : builder.op('Shape', [context.x()])]);
}

const mean: Rule = reduction((r) => {
  const { context, builder, x, dy, number } = r;
  const shape = context.shape(x);
  const axes = reducedAxes(context);
  const known = axes && sizeOfShape(axes.map((axis) => shape[axis] as Dim));
  if (known !== undefined) return builder.mul(dy, number(1 / known));
  const count = builder.div(builder.op('Size', [x]), builder.op('Size', [context.node.outputs[0] as string]));
  return builder.div(dy, builder.op('Cast', [count], { to: DTYPES[context.dtype(x)].code }));
}, true);

/** The elements that equal the extremum share the gradient evenly, as in PyTorch's amax and amin. */
const extremum: Rule = reduction(({ context, builder, x, y, dy, reduce }) => {
  const chosen = builder.op('Cast', [builder.op('Equal', [x, y])], { to: DTYPES[context.dtype(x)].code });
  return builder.mul(builder.div(dy, reduce('ReduceSum', chosen)), chosen);
});

/** The product of the other elements, zeros among them or not. */
const product: Rule = reduction(({ context, builder, x, dy, number, reduce }) => {
  const isZero = builder.op('Equal', [x, number(0)]);
  const zero = builder.op('Cast', [isZero], { to: DTYPES[context.dtype(x)].code });
  const filled = builder.op('Where', [isZero, number(1), x]);
  const otherZeros = builder.sub(reduce('ReduceSum', zero), zero);
  const others = builder.div(reduce('ReduceProd', filled), filled);
  const slope = builder.op('Where', [builder.op('Greater', [otherZeros, number(0.5)]), number(0), others]);
  return builder.mul(dy, slope);
});

/** x/‖x‖; 0 where the norm is 0, as in PyTorch. */
const euclidean: Rule = reduction(({ builder, x, y, dy, number }) => {
  const scaled = builder.op('Where', [builder.op('Equal', [y, number(0)]), number(0), builder.div(dy, y)]);
  return builder.mul(scaled, x);
});

export const reductionRules: RuleSet = {
  ReduceSum: reduction(({ dy }) => dy, true),
  ReduceMean: mean,
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceProd: product,
  ReduceL1: reduction(({ builder, x, dy }) => builder.mul(dy, builder.op('Sign', [x]))),
  ReduceL2: euclidean,
  ReduceSumSquare: reduction(({ builder, x, dy, number }) => builder.mul(builder.mul(dy, number(2)), x)),
  ReduceLogSum: reduction(({ builder, y, dy }) => builder.mul(dy, builder.op('Exp', [builder.op('Neg', [y])])), true),
  ReduceLogSumExp: reduction(({ builder, x, y, dy }) => builder.mul(dy, builder.op('Exp', [builder.sub(x, y)]))),
  ArgMax: noGradient,
  ArgMin: noGradient,
};
