import type { Attributes, Node } from '../graph.ts';
import type { Rewrite, Rewriting } from './rewriting.ts';

const NONE: Attributes = {};

/** x − zero point as a float; the zero point may be one per index of `axis`. */
const shifted = (node: Node, into: Rewriting, value: string, zeroPoint: string, axis?: number): string =>
  into.numbers(node, value, into.unitScale(zeroPoint), zeroPoint, axis);

/** Whole numbers that are only cast to floats: they are floats from the start. */
const wholeNumbers =
  (op: string, axes: readonly [number | undefined, number]): Rewrite =>
  (node, into) => {
    const [a = '', b = '', aZero = '', bZero = ''] = node.inputs;
    const [y = ''] = node.outputs;
    if (!into.isOnlyCast(y)) return false;
    into.own(node, op, [shifted(node, into, a, aZero, axes[0]), shifted(node, into, b, bZero, axes[1])], node.attributes, y);
    return true;
  };

/** A product of matrices and, where there is one, a bias. */
function product(node: Node, into: Rewriting, a: string, b: string, bias: string): void {
  const [y = ''] = node.outputs;
  const own = bias === '' ? y : into.fresh(`${y}~product`);
  into.own(node, 'MatMul', [a, b], NONE, own);
  if (bias !== '') into.ops(node, 'Add', [own, bias], {}, [y]);
}

/** a is quantised by the range that it has while the model runs. */
const dynamicProduct: Rewrite = (node, into) => {
  const [a = '', b = '', bScale = '', bZero = '', bias = ''] = node.inputs;
  const [integers, scale, zero] = [into.fresh(`${a}~integers`), into.fresh(`${a}~scale`), into.fresh(`${a}~zero`)];
  into.ops(node, 'DynamicQuantizeLinear', [a], {}, [integers, scale, zero]);
  product(node, into, into.numbers(node, integers, scale, zero), into.numbers(node, b, bScale, bZero, -1), bias);
  return true;
};

const productToFloat: Rewrite = (node, into) => {
  const [a = '', b = '', aScale = '', bScale = '', aZero = '', bZero = '', bias = ''] = node.inputs;
  product(node, into, into.numbers(node, a, aScale, aZero, -2), into.numbers(node, b, bScale, bZero, -1), bias);
  return true;
};

/** Products of integers whose result has no scale, or is a float. */
export const INTEGER_PRODUCTS: Readonly<Record<string, Rewrite>> = {
  ConvInteger: wholeNumbers('Conv', [undefined, 0]),
  MatMulInteger: wholeNumbers('MatMul', [-2, -1]),
  'com.microsoft:DynamicQuantizeMatMul': dynamicProduct,
  'com.microsoft:MatMulIntegerToFloat': productToFloat,
};
