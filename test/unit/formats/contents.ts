import type { FunctionNode } from '../../../src/formats/onnx/model.ts';
import type { Attribute, Initializer, Node, Port } from '../../../src/graph/graph.ts';
import { readBytes } from '../../../src/graph/weights.ts';
import { DTYPES } from '../../../src/tensor/dtype.ts';
import { toBytes } from '../../../src/tensor/tensor.ts';

/** The decoded parts in the words of the files expected.json, which other readers wrote. */
const bytesOf = (t: Initializer): Uint8Array => (t.source.kind === 'memory' ? toBytes(t.source.tensor) : readBytes(t));

export function plainTensor(t: Initializer) {
  const head = { name: t.name, code: DTYPES[t.dtype].code, dims: t.dims };
  if (t.source.kind === 'memory' && t.dtype === 'string') return { ...head, strings: t.source.tensor.data };
  return { ...head, bytes: Buffer.from(bytesOf(t)).toString('hex') };
}

function plainAttribute(attribute: Attribute): unknown {
  if (attribute.type === 'tensor') return plainTensor(attribute.value);
  if (attribute.type !== 'graph') return attribute.value;
  const { nodes, inputs, outputs } = attribute.value;
  return { nodes: nodes.map(plainNode), inputs: inputs.map((p) => p.name), outputs: outputs.map((p) => p.name) };
}

export function plainNode(node: Node) {
  const { name, op, domain, inputs, outputs } = node;
  const attributes = Object.fromEntries(Object.entries(node.attributes).map(([key, value]) => [key, plainAttribute(value)]));
  return { name, op, domain, inputs, outputs, attributes: { ...attributes, ...(node as FunctionNode).references } };
}

export const plainPort = ({ name, dtype, shape }: Port) => ({ name, code: dtype && DTYPES[dtype].code, shape });

/** A node without a name is called by its operator and place. */
export function named(nodes: readonly Node[]): Node[] {
  return nodes.map((node, i) => ({ ...node, name: node.name || `${node.op}_${i}` }));
}
