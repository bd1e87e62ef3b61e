import { type DType, isFloat } from '../../tensor/dtype.ts';
import { toBytes } from '../../tensor/tensor.ts';
import { attributesOf, type Initializer, intAttribute, type Node } from '../graph.ts';
import type { Rewrite, Rewriting } from './rewriting.ts';

/** Dtypes of packed weights, whose elements ONNX packs as the operator does: the first one in the lower bits. */
const PACKED: Readonly<Record<number, DType>> = { 4: 'uint4', 8: 'uint8' };

/** The same bytes, as elements of another dtype. */
function reinterpreted(into: Rewriting, { name, source }: Initializer, dtype: DType, dims: readonly number[]): string {
  return into.weight(
    { dtype, dims, source: source.kind === 'memory' ? { kind: 'raw', bytes: toBytes(source.tensor) } : source },
    `${name}~unpacked`,
  );
}

/** The zero points of N rows of blocks as floats of N×blocks×1: 2^(bits − 1) where none are given; packed rows begin at whole bytes. */
function zeroPoints(node: Node, into: Rewriting, name: string, rows: number, blocks: number, bits: number): string | undefined {
  if (name === '') return into.number(2 ** (bits - 1));
  const given = into.initializers.get(name);
  if (!given) return undefined;
  const shape = into.ints([rows, blocks, 1]);
  if (isFloat(given.dtype)) return into.op(node, 'Reshape', [name, shape]);
  const perByte = 8 / bits;
  const padded = Math.ceil(blocks / perByte) * perByte;
  const packed = reinterpreted(into, given, PACKED[bits] as DType, [rows, padded]);
  const all = into.op(node, 'DequantizeLinear', [packed, into.number(1)]);
  const own = into.op(node, 'Slice', [all, into.ints([0]), into.ints([blocks]), into.ints([1])]);
  return into.op(node, 'Reshape', [own, shape]);
}

/** A matrix product whose weight is N rows of K numbers, in blocks of 4 or 8 bits a number with a scale for each block. */
const matMulNBits: Rewrite = (node, into) => {
  const [a = '', b = '', scales = '', zeros = '', order = '', bias = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const [k, n, bits] = [intAttribute(node, 'K', 0), intAttribute(node, 'N', 0), intAttribute(node, 'bits', 4)];
  const block = intAttribute(node, 'block_size', 0);
  const weight = into.initializers.get(b);
  const dtype = PACKED[bits];
  const blocks = Math.ceil(k / block);
  const isWhole = Number.isSafeInteger(blocks) && (weight?.dims.reduce((x, d) => x * d, 1) ?? 0) * 8 === n * blocks * block * bits;
  if (!weight || !dtype || order !== '' || !isWhole) return false;
  const zero = zeroPoints(node, into, zeros, n, blocks, bits);
  if (zero === undefined) return false;
  const packed = reinterpreted(into, weight, dtype, [n, blocks, block]);
  const whole = into.op(node, 'Sub', [into.op(node, 'DequantizeLinear', [packed, into.number(1)]), zero]);
  const scaled = into.op(node, 'Mul', [whole, into.op(node, 'Reshape', [scales, into.ints([n, blocks, 1])])]);
  const rows = into.op(node, 'Reshape', [scaled, into.ints([n, blocks * block])]);
  const cut = into.op(node, 'Slice', [rows, into.ints([0]), into.ints([k]), into.ints([1])]);
  const columns = into.op(node, 'Transpose', [cut], { perm: [1, 0] });
  const own = bias === '' ? y : into.fresh(`${y}~product`);
  into.own(node, 'MatMul', [a, columns], attributesOf({}), own);
  if (bias !== '') into.ops(node, 'Add', [own, bias], {}, [y]);
  return true;
};

export const PACKED_PRODUCTS: Readonly<Record<string, Rewrite>> = { 'com.microsoft:MatMulNBits': matMulNBits };
