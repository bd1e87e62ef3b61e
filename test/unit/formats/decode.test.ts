import { describe, expect, test } from 'vitest';
import { decodeOnnx } from '../../../src/formats/onnx/decode.ts';
import type { FunctionNode } from '../../../src/formats/onnx/model.ts';
import type { Attribute, Initializer, Node, Port } from '../../../src/graph/graph.ts';
import { readBytes } from '../../../src/graph/weights.ts';
import { DTYPES } from '../../../src/tensor/dtype.ts';
import { toBytes } from '../../../src/tensor/tensor.ts';

import { expected, fixture } from './models.ts';

/** The decoded parts in the words of expected.json, which the `onnx` package wrote. */
const bytesOf = (t: Initializer): Uint8Array => (t.source.kind === 'memory' ? toBytes(t.source.tensor) : readBytes(t));

function plainTensor(t: Initializer) {
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

function plainNode(node: Node) {
  const { name, op, domain, inputs, outputs } = node;
  const attributes = Object.fromEntries(Object.entries(node.attributes).map(([key, value]) => [key, plainAttribute(value)]));
  return { name, op, domain, inputs, outputs, attributes: { ...attributes, ...(node as FunctionNode).references } };
}

const plainPort = ({ name, dtype, shape }: Port) => ({ name, code: dtype && DTYPES[dtype].code, shape });

describe.each(Object.keys(expected.contents))('%s.onnx', (name) => {
  const want = expected.contents[name];
  const model = decodeOnnx(fixture(`${name}.onnx`));

  test('has the versions and the producer that the file states', () => {
    expect(Object.fromEntries(model.opsets)).toEqual(want.opsets);
    expect([model.irVersion, model.producer]).toEqual([want.irVersion, want.producer]);
  });

  test('has the nodes, with inputs, outputs and attributes', () => {
    expect(model.graph.nodes.map(plainNode)).toEqual(named(want.nodes));
  });

  test('has the inputs and outputs', () => {
    const weights = new Set(want.initializers.map((t: { name: string }) => t.name));
    expect(model.graph.inputs.map(plainPort)).toEqual(want.inputs.filter((i: { name: string }) => !weights.has(i.name)));
    expect(model.graph.outputs.map(plainPort)).toEqual(want.outputs);
  });

  test('has the weights, to the bit', () => {
    expect([...model.graph.initializers.values()].map(plainTensor)).toEqual(want.initializers);
  });

  test('has the functions', () => {
    const functions = model.functions.map(({ name: f, domain, nodes }) => ({ name: f, domain, nodes: nodes.map(plainNode) }));
    expect(functions).toEqual(want.functions.map((f: { nodes: Node[] }) => ({ ...f, nodes: named(f.nodes) })));
  });
});

/** A node without a name is called by its operator and place. */
function named(nodes: readonly Node[]): Node[] {
  return nodes.map((node, i) => ({ ...node, name: node.name || `${node.op}_${i}` }));
}
