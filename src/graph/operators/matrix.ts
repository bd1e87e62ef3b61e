import type { Dim, Shape } from '../../tensor/shape.ts';
import { broadcast } from './broadcast.ts';
import { fromShape, type Infer, type InferContext, info, type OperatorRow } from './context.ts';

/** NumPy's matmul of two shapes. @throws RangeError where the inner extents disagree */
function matMulShape(a: Shape, b: Shape): Shape {
  if (a.length === 0 || b.length === 0) throw new RangeError('a matrix product of a scalar');
  const [rows, columns] = [a.length > 1 ? [a.at(-2) as Dim] : [], b.length > 1 ? [b.at(-1) as Dim] : []];
  const [inner, other] = [a.at(-1) as Dim, (b.length > 1 ? b.at(-2) : b[0]) as Dim];
  if (typeof inner === 'number' && typeof other === 'number' && inner !== other)
    throw new RangeError(`matrices [${a.join(', ')}] and [${b.join(', ')}] do not multiply`);
  return [...broadcast([a.slice(0, -2), b.slice(0, -2)]), ...rows, ...columns];
}

export const matMul =
  (a: number, b: number, dtype: (context: InferContext) => ReturnType<InferContext['dtype']>): Infer =>
  (context) => {
    const [left, right] = [context.shape(a), context.shape(b)];
    return [info(dtype(context), left && right && matMulShape(left, right))];
  };

export const gemm: Infer = (context) => {
  const [a, b] = [context.shape(0), context.shape(1)];
  if (!a || !b) return [info(context.dtype(0), undefined)];
  if (a.length !== 2 || b.length !== 2) throw new RangeError(`Gemm multiplies matrices, not ranks ${a.length} and ${b.length}`);
  const left = context.int('transA', 0) ? [a[1] as Dim, a[0] as Dim] : a;
  const right = context.int('transB', 0) ? [b[1] as Dim, b[0] as Dim] : b;
  return [info(context.dtype(0), matMulShape(left, right))];
};

const einsum: Infer = (context) => {
  const equation = context.string('equation', '').replaceAll(/\s/g, '');
  const [left = '', right] = equation.split('->');
  const extents = new Map<string, Dim>();
  const ellipses: Shape[] = [];
  for (const [i, term] of left.split(',').entries()) {
    const shape = context.shape(i);
    if (!shape) return [info(context.dtype(0), undefined)];
    const [before = '', after] = term.split('...');
    const letters = before + (after ?? '');
    if (after === undefined ? letters.length !== shape.length : letters.length > shape.length)
      throw new RangeError(`equation ${equation} does not fit an input of rank ${shape.length}`);
    const dims = after === undefined ? shape : [...shape.slice(0, before.length), ...shape.slice(shape.length - after.length)];
    if (after !== undefined) ellipses.push(shape.slice(before.length, shape.length - after.length));
    [...letters].forEach((letter, k) => {
      const known = extents.get(letter);
      extents.set(letter, broadcast([[known ?? 1], [dims[k] as Dim]])[0] as Dim);
    });
  }
  const result = right ?? implicitOutput(left);
  const [head = '', tail] = result.split('...');
  const dimsOf = (letters: string): Dim[] => [...letters].map((letter) => extents.get(letter) ?? 1);
  return [info(context.dtype(0), [...dimsOf(head), ...(tail === undefined ? [] : [...broadcast(ellipses), ...dimsOf(tail)])])];
};

/** The output of an equation that names none, as in NumPy: the letters that occur once, in alphabetical order, after the ellipsis. */
export function implicitOutput(left: string): string {
  const letters = [...left.replaceAll(/[^A-Za-z]/g, '')];
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort((a, b) => (a < b ? -1 : 1));
  return (left.includes('...') ? '...' : '') + once.join('');
}

export const MATRIX: Readonly<Record<string, OperatorRow>> = {
  MatMul: { infer: matMul(0, 1, (c) => c.dtype(0)) },
  MatMulInteger: { infer: matMul(0, 1, () => 'int32') },
  QLinearMatMul: { infer: matMul(0, 3, (c) => c.dtype(7)) },
  Gemm: { infer: gemm },
  Einsum: { infer: einsum },
  Det: { infer: fromShape((x) => x.slice(0, -2)) },
};
