import { type Attributes, attributesOf, floatAttribute, intAttribute, type Node } from '../graph.ts';
import type { Quantisation, Rewrite, Rewriting } from './rewriting.ts';

/** The numbers of the quantised operand whose value, scale and zero point stand from input `at` on. */
function operand(node: Node, into: Rewriting, at: number, axis?: number): string {
  const [value = '', scale = '', zeroPoint = ''] = node.inputs.slice(at, at + 3);
  return into.numbers(node, value, scale, zeroPoint, axis);
}

/** How the result is quantised, whose scale stands at input `at`; without a zero point it has the dtype of the value `like`. */
function result(node: Node, into: Rewriting, at: number, like: string): Quantisation {
  const [scale = '', zeroPoint = ''] = node.inputs.slice(at, at + 2);
  return { scale, zeroPoint, isUniform: into.isScalar(scale), dtype: into.dtypeOf(zeroPoint) ?? into.dtypeOf(like) ?? 'uint8' };
}

const without = (attributes: Attributes, ...names: readonly string[]): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));

const isChannelsLast = (node: Node): boolean => intAttribute(node, 'channels_last', 0) !== 0;

/** x, its scale and zero point, then those of the result. */
const unary =
  (op: string): Rewrite =>
  (node, into) => {
    if (isChannelsLast(node)) return false;
    into.quantizedLayer(
      node,
      op,
      [operand(node, into, 0)],
      without(node.attributes, 'channels_last'),
      result(node, into, 3, node.inputs[0] ?? ''),
    );
    return true;
  };

/** a, b and the result, each with scale and zero point; scales of matrices may be one per row of a and per column of b. */
const binary =
  (op: string, axes: readonly [number?, number?] = []): Rewrite =>
  (node, into) => {
    const [a, b] = [operand(node, into, 0, axes[0]), operand(node, into, 3, axes[1])];
    into.quantizedLayer(node, op, [a, b], node.attributes, result(node, into, 6, node.inputs[0] ?? ''));
    return true;
  };

/** The bias of a convolution or matrix product is in steps of both scales' product. */
function bias(node: Node, into: Rewriting, value: string, scales: readonly [string, string], alpha: number): string {
  if (value === '') return '';
  const product = into.op(node, 'Mul', scales);
  const scale = alpha === 1 ? product : into.op(node, 'Mul', [product, into.number(alpha)]);
  const axis = (into.initializers.get(value)?.dims.length ?? 1) - 1;
  return into.numbers(node, value, scale, '', Math.max(axis, 0));
}

const convolution: Rewrite = (node, into) => {
  if (isChannelsLast(node)) return false;
  const [, xScale = '', , , wScale = '', , , , b = ''] = node.inputs;
  const inputs = [operand(node, into, 0), operand(node, into, 3, 0), bias(node, into, b, [xScale, wScale], 1)];
  into.quantizedLayer(node, 'Conv', inputs, node.attributes, result(node, into, 6, node.inputs[0] ?? ''));
  return true;
};

const gemm: Rewrite = (node, into) => {
  const [, aScale = '', , , bScale = '', , c = '', yScale = ''] = node.inputs;
  const columns = intAttribute(node, 'transB', 0) ? 0 : 1;
  const added = bias(node, into, c, [aScale, bScale], floatAttribute(node, 'alpha', 1));
  const inputs = [operand(node, into, 0), operand(node, into, 3, columns), added];
  if (yScale === '') into.own(node, 'Gemm', inputs, node.attributes, node.outputs[0] ?? '');
  else into.quantizedLayer(node, 'Gemm', inputs, node.attributes, result(node, into, 7, node.inputs[0] ?? ''));
  return true;
};

/** Scale and zero point of the result, then x, scale and zero point of every part. */
const concat: Rewrite = (node, into) => {
  const parts = Array.from({ length: Math.floor((node.inputs.length - 2) / 3) }, (_, i) => operand(node, into, 2 + 3 * i));
  into.quantizedLayer(node, 'Concat', parts, node.attributes, result(node, into, 0, node.inputs[2] ?? ''));
  return true;
};

const where: Rewrite = (node, into) => {
  const inputs = [node.inputs[0] ?? '', operand(node, into, 1), operand(node, into, 4)];
  into.quantizedLayer(node, 'Where', inputs, node.attributes, result(node, into, 7, node.inputs[1] ?? ''));
  return true;
};

/** Before opset 13 the axes from `axis` on counted as one. */
const softmax: Rewrite = (node, into) => {
  const axis = intAttribute(node, 'axis', -1);
  const x = operand(node, into, 0);
  const quantisation = result(node, into, 3, node.inputs[0] ?? '');
  const [y = ''] = node.outputs;
  if (intAttribute(node, 'opset', 13) >= 13 || axis === -1) {
    into.quantizedLayer(node, 'Softmax', [x], without(node.attributes, 'opset'), quantisation);
    return true;
  }
  const flat = into.fresh(`${y}~flat`);
  into.own(node, 'Softmax', [into.op(node, 'Flatten', [x], { axis })], attributesOf({ axis: 1 }), flat);
  into.quantized(node, into.op(node, 'Reshape', [flat, into.op(node, 'Shape', [x])]), y, quantisation);
  return true;
};

/** Operators of integers with scales: in floating point between dequantised operands and a quantised result. */
export const QUANTISED_OPERATORS: Readonly<Record<string, Rewrite>> = {
  QLinearConv: convolution,
  QLinearMatMul: binary('MatMul', [-2, -1]),
  'com.microsoft:QGemm': gemm,
  'com.microsoft:QLinearAdd': binary('Add'),
  'com.microsoft:QLinearAveragePool': unary('AveragePool'),
  'com.microsoft:QLinearConcat': concat,
  'com.microsoft:QLinearConv': convolution,
  'com.microsoft:QLinearGlobalAveragePool': unary('GlobalAveragePool'),
  'com.microsoft:QLinearLeakyRelu': unary('LeakyRelu'),
  'com.microsoft:QLinearMul': binary('Mul'),
  'com.microsoft:QLinearSigmoid': unary('Sigmoid'),
  'com.microsoft:QLinearSoftmax': softmax,
  'com.microsoft:QLinearWhere': where,
};
