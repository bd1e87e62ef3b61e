import { isFloat } from '../../tensor/dtype.ts';
import { sizeOf } from '../../tensor/tensor.ts';
import { type Graph, type Initializer, type Node, nodeKey } from '../graph.ts';
import { constantMakers, isMadeOfWeights } from './constants.ts';

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

/** Weights that stand at a node: as they are, or made of others of the file on the way (dequantised, transposed). */
export function parametersOf(node: Node, graph: Graph): number {
  const output = node.outputs.find((name) => name !== '') ?? '';
  if (isMadeOfWeights(output, graph)) return 0; // Its weights count where the result is used.
  const weights = new Set<Initializer>();
  const nodes = new Set([node]);
  for (const each of nodes) collect(each, graph, weights, nodes);
  let count = 0;
  for (const { dims } of weights) count += sizeOf(dims);
  return count;
}

/** Adds the weights among a node's inputs, and the nodes that make inputs of weights. */
function collect(node: Node, graph: Graph, weights: Set<Initializer>, nodes: Set<Node>): void {
  const key = nodeKey(node);
  const quantised = QUANTISED_WEIGHTS.get(key);
  for (const [i, name] of node.inputs.entries()) {
    if (quantised ? !quantised.includes(i) : FIXED_INPUTS.get(key)?.includes(i)) continue;
    const weight = graph.initializers.get(name);
    const dtype = weight?.dtype ?? graph.values.get(name)?.dtype;
    if (!quantised && (dtype === undefined || !isFloat(dtype))) continue;
    const maker = constantMakers(graph).get(name);
    if (maker) nodes.add(maker);
    else if (weight && (quantised || sizeOf(weight.dims) > 1 || SCALAR_WEIGHTS.has(key))) weights.add(weight);
  }
}
