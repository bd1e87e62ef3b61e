import { float, floatAttribute, intAttribute } from '../../../graph/graph.ts';
import type { Dim, Shape } from '../../../tensor/shape.ts';
import { sumTo, unbroadcast } from '../../broadcast.ts';
import type { Rule, RuleContext, RuleSet } from '../../rule.ts';
import { perInput, scalarLike } from '../helpers.ts';

/** An operand of MatMul as a (stack of) matrices: a vector on the left is a row, one on the right a column. */
interface Matrices {
  readonly name: string;
  readonly value: string;
  readonly shape: Shape;
  readonly isVector: boolean;
}

function operand(context: RuleContext, axis: 0 | 1): Matrices {
  const { builder } = context;
  const name = context.x(axis);
  const shape = context.shape(name);
  if (shape.length > 1) return { name, value: name, shape, isVector: false };
  const extent = shape[0] as Dim;
  const value = builder.op('Unsqueeze', [name, builder.ints([axis])]);
  return { name, value, shape: axis === 0 ? [1, extent] : [extent, 1], isVector: true };
}

function transpose({ builder }: RuleContext, value: string, rank: number): string {
  const axes = Array.from({ length: rank }, (_, i) => i);
  return builder.op('Transpose', [value], { perm: [...axes.slice(0, -2), rank - 1, rank - 2] });
}

/** dA = dy·Bᵀ and dB = Aᵀ·dy, summed over the batch axes that were broadcast. */
const matMul: Rule = (context) => {
  const { builder } = context;
  const [a, b] = [operand(context, 0), operand(context, 1)];
  const output = context.shape(context.node.outputs[0] as string);
  const batch = output.slice(0, output.length - (a.isVector ? 0 : 1) - (b.isVector ? 0 : 1));
  const added = [...(a.isVector ? [batch.length] : []), ...(b.isVector ? [batch.length + 1] : [])];
  const dy = added.length > 0 ? builder.op('Unsqueeze', [context.dy, builder.ints(added)]) : context.dy;
  return perInput(context, (i) => {
    if (i === 0) {
      const product = builder.op('MatMul', [dy, transpose(context, b.value, b.shape.length)]);
      return sumTo(context, product, [...batch, ...a.shape.slice(-2)], a.name);
    }
    const [rows, columns] = b.shape.slice(-2) as [Dim, Dim];
    if (b.shape.length === 2 && batch.length > 0 && typeof rows === 'number' && typeof columns === 'number')
      return squeezed(
        context,
        b,
        builder.op('MatMul', [transpose(context, stacked(context, a.value, rows), 2), stacked(context, dy, columns)]),
      );
    const product = builder.op('MatMul', [transpose(context, a.value, a.shape.length), dy]);
    if (!b.isVector) return sumTo(context, product, [...batch, rows, columns], b.name);
    return sumTo(context, squeezed(context, b, product), [...batch, rows], b.name);
  });
};

/** All rows of a stack of matrices in one matrix. */
const stacked = ({ builder }: RuleContext, value: string, columns: number): string =>
  builder.op('Reshape', [value, builder.ints([-1, columns])]);

/** A gradient with respect to a column, without the column's axis. */
const squeezed = ({ builder }: RuleContext, b: Matrices, gradient: string): string =>
  b.isVector ? builder.op('Squeeze', [gradient, builder.ints([-1])]) : gradient;

/** y = α·op(A)·op(B) + β·C */
const gemm: Rule = (context) => {
  const { builder, dy, node } = context;
  const transA = intAttribute(node, 'transA', 0);
  const transB = intAttribute(node, 'transB', 0);
  const beta = floatAttribute(node, 'beta', 1);
  const product = (left: string, leftTransposed: number, right: string, rightTransposed: number): string =>
    builder.op('Gemm', [left, right], { alpha: float(floatAttribute(node, 'alpha', 1)), transA: leftTransposed, transB: rightTransposed });
  return perInput(context, (i) => {
    const [a, b] = [context.x(0), context.x(1)];
    if (i === 0) return transA ? product(b, transB, dy, 1) : product(dy, 0, b, 1 - transB);
    if (i === 1) return transB ? product(dy, 1, a, transA) : product(a, 1 - transA, dy, 0);
    const c = context.x(2);
    const sum = unbroadcast(context, dy, c);
    return beta === 1 ? sum : builder.mul(sum, scalarLike(context, beta, c));
  });
};

/** dX = −Yᵀ·dy·Yᵀ with Y = X⁻¹, for every matrix of a stack. */
const inverse: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const transposed = transpose(context, node.outputs[0] as string, context.shape(context.x()).length);
  return [builder.op('Neg', [builder.op('MatMul', [builder.op('MatMul', [transposed, dy]), transposed])])];
};

export const matmulRules: RuleSet = { 'com.microsoft:Inverse': inverse, Gemm: gemm, MatMul: matMul };
