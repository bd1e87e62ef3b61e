import { dtypeFromCode } from '../../tensor/dtype.ts';
import { type Infer, info, type OperatorRow } from './context.ts';

const quantize: Infer = (c) => [info(c.dtype(2) ?? dtypeFromCode(c.int('output_dtype', 0)) ?? 'uint8', c.shape(0))];
const dequantize: Infer = (c) => [info(dtypeFromCode(c.int('output_dtype', 0)) ?? c.dtype(1), c.shape(0))];

export const QUANTIZATION: Readonly<Record<string, OperatorRow>> = {
  QuantizeLinear: { infer: quantize },
  DequantizeLinear: { infer: dequantize },
  DynamicQuantizeLinear: { infer: (c) => [info('uint8', c.shape(0)), info('float32', []), info('uint8', [])] },
};
