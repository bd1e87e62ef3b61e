import { isFloat } from '../../tensor/dtype.ts';
import { sizeOf } from '../../tensor/tensor.ts';
import { type Graph, type Node, nodeKey } from '../graph.ts';

/** Inputs that training does not set: statistics, bounds, scales. The other float inputs of more than one element are parameters. */
const FIXED_INPUTS: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    BatchNormalization: [3, 4],
    Clip: [1, 2],
    DequantizeLinear: [1, 2],
    DynamicQuantizeLinear: [0],
    Pad: [2],
    QuantizeLinear: [1, 2],
    Range: [0, 1, 2],
    Resize: [1, 2],
    Where: [0, 1, 2],
  }),
);

/** Inputs that are weights although they are integers. */
const QUANTISED_WEIGHTS: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    ConvInteger: [1],
    DequantizeLinear: [0],
    MatMulInteger: [0, 1],
    QLinearConv: [3, 8],
    QLinearMatMul: [3],
    'com.microsoft:DynamicQuantizeMatMul': [1],
    'com.microsoft:MatMulIntegerToFloat': [1],
    'com.microsoft:MatMulNBits': [1],
    'com.microsoft:QGemm': [3, 6],
  }),
);

/** Operators with a scale of one element that training sets. */
const SCALAR_WEIGHTS = new Set(['PRelu', 'Conv', 'ConvTranspose', 'Gemm', 'BatchNormalization', 'InstanceNormalization']);

/** Parameters that stand at a node: elements of its weights, quantised ones included; nothing is read. */
export function parametersOf(node: Node, graph: Graph): number {
  const key = nodeKey(node);
  const quantised = QUANTISED_WEIGHTS.get(key);
  let count = 0;
  for (const [i, name] of node.inputs.entries()) {
    const weight = graph.initializers.get(name);
    if (!weight || node.inputs.indexOf(name) !== i) continue;
    const size = sizeOf(weight.dims);
    const trained = quantised
      ? quantised.includes(i)
      : isFloat(weight.dtype) && !FIXED_INPUTS.get(key)?.includes(i) && (size > 1 || SCALAR_WEIGHTS.has(key));
    if (trained) count += size;
  }
  return count;
}
