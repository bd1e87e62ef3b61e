import { floorDivideDims } from '../../tensor/dim.ts';
import { dtypeFromCode } from '../../tensor/dtype.ts';
import { broadcast } from './broadcast.ts';
import { type Infer, type InferContext, info, type OperatorRow, resolveAxis, sameAsInput, withDim } from './context.ts';
import { convolution } from './convolution.ts';
import { gemm, matMul } from './matrix.ts';
import { layerNormalization } from './normalization.ts';
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

const fusedMatMul: Infer = (c) => {
  const swapped = (shape: ReturnType<InferContext['shape']>, flag: string) =>
    shape && c.int(flag, 0) && shape.length > 1 ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;
  const view: InferContext = Object.create(c, {
    shape: { value: (i: number) => swapped(c.shape(i), i === 0 ? 'transA' : 'transB') },
  });
  return matMul(0, 1, () => c.dtype(0))(view);
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

/** Sum and normalised sum: output 3 is the sum of input and skip. */
const skipNormalization: Infer = (c) => [info(c.dtype(0), c.shape(0)), {}, {}, info(c.dtype(0), c.shape(0))];

export const MICROSOFT: Readonly<Record<string, OperatorRow>> = {
  'com.microsoft:Attention': { infer: packedAttention },
  'com.microsoft:BiasGelu': same,
  'com.microsoft:DequantizeLinear': QUANTIZATION.DequantizeLinear as OperatorRow,
  'com.microsoft:DynamicQuantizeMatMul': { infer: matMul(0, 1, () => 'float32') },
  'com.microsoft:FastGelu': same,
  'com.microsoft:FusedConv': { infer: convolution(1, (c) => c.dtype(0)) },
  'com.microsoft:FusedGemm': { infer: gemm },
  'com.microsoft:FusedMatMul': { infer: fusedMatMul },
  'com.microsoft:Gelu': same,
  'com.microsoft:GroupNorm': same,
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
  'com.microsoft:QuickGelu': same,
  'com.microsoft:SimplifiedLayerNormalization': { infer: layerNormalization },
  'com.microsoft:SkipLayerNormalization': { infer: skipNormalization },
  'com.microsoft:SkipSimplifiedLayerNormalization': { infer: skipNormalization },
};
