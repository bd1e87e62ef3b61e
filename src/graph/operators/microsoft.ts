import { floorDivideDims } from '../../tensor/dim.ts';
import { dtypeFromCode } from '../../tensor/dtype.ts';
import { broadcast } from './broadcast.ts';
import { type Infer, info, type OperatorRow, resolveAxis, sameAsInput, withDim } from './context.ts';
import { matMul } from './matrix.ts';
import { globalPool, pool } from './pooling.ts';
import { QUANTIZATION } from './quantization.ts';

const same: OperatorRow = { infer: sameAsInput };

/** Element by element over two quantised inputs: a, scale, zero point, b, scale, zero point. */
const quantizedBinary: Infer = (c) => {
  const [a, b] = [c.shape(0), c.shape(3)];
  return [info(c.dtype(0), a && b && broadcast([a, b]))];
};

/** y scale, y zero point, then x, scale, zero point of every part. */
const quantizedConcat: Infer = (c) => {
  const parts = c.node.inputs.flatMap((_, i) => (i >= 2 && (i - 2) % 3 === 0 ? [c.shape(i)] : []));
  const first = parts[0];
  if (!first) return [info(c.dtype(1), undefined)];
  const axis = resolveAxis(c.int('axis', 1), first.length);
  const extents = parts.map((p) => p?.[axis]);
  const total = extents.every((e) => typeof e === 'number') ? extents.reduce((a, b) => a + b, 0) : c.unknown();
  return [info(c.dtype(1), withDim(first, axis, total))];
};

const matMulNBits: Infer = (c) => {
  const a = c.shape(0);
  return [info(c.dtype(0), a && [...a.slice(0, -1), c.int('N', 0) || c.unknown()])];
};

/** Packed self-attention: input batch×length×hidden, weight hidden×3·hidden. */
const packedAttention: Infer = (c) => {
  const [x, weight] = [c.shape(0), c.shape(1)];
  const sizes = c.ints('qkv_hidden_sizes');
  const hidden = sizes?.[2] ?? (weight?.[1] === undefined ? undefined : floorDivideDims(weight[1], 3));
  return [info(c.dtype(0), x && hidden !== undefined ? withDim(x, 2, hidden) : undefined)];
};

const multiHeadAttention: Infer = (c) => {
  const [query, value] = [c.shape(0), c.shape(2)];
  const shape =
    query?.length === 3 && value?.length === 3 ? withDim(query, 2, value[2] as number) : query?.length === 3 ? query : undefined;
  return [info(c.dtype(0), shape)];
};

/** Operators that are not taken apart when a file is read, or only in some forms. */
export const MICROSOFT: Readonly<Record<string, OperatorRow>> = {
  'com.microsoft:Attention': { infer: packedAttention },
  'com.microsoft:DequantizeLinear': QUANTIZATION.DequantizeLinear as OperatorRow,
  'com.microsoft:DynamicQuantizeMatMul': { infer: matMul(0, 1, () => 'float32') },
  'com.microsoft:Inverse': same,
  'com.microsoft:MatMulIntegerToFloat': { infer: matMul(0, 1, (c) => c.dtype(2)) },
  'com.microsoft:MatMulNBits': { infer: matMulNBits },
  'com.microsoft:MultiHeadAttention': { infer: multiHeadAttention },
  'com.microsoft:QGemm': {
    infer: (c) => {
      const [a, b] = [c.shape(0), c.shape(3)];
      const rows = a?.[c.int('transA', 0) ? 1 : 0];
      const columns = b?.[c.int('transB', 0) ? 0 : 1];
      const dtype = c.has(7) ? (c.dtype(8) ?? 'uint8') : 'float32';
      return [info(dtype, rows === undefined || columns === undefined ? undefined : [rows, columns])];
    },
  },
  'com.microsoft:QLinearAdd': { infer: quantizedBinary },
  'com.microsoft:QLinearAveragePool': { infer: (c) => pool(c).slice(0, 1) },
  'com.microsoft:QLinearConcat': { infer: quantizedConcat },
  'com.microsoft:QLinearGlobalAveragePool': { infer: globalPool },
  'com.microsoft:QLinearLeakyRelu': same,
  'com.microsoft:QLinearMul': { infer: quantizedBinary },
  'com.microsoft:QLinearSigmoid': same,
  'com.microsoft:QLinearSoftmax': same,
  'com.microsoft:QuantizeLinear': {
    infer: (c) => [info(c.dtype(2) ?? dtypeFromCode(c.int('output_dtype', 0)) ?? 'uint8', c.shape(0))],
  },
  'com.microsoft:Trilu': same,
};
