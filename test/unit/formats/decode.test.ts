import { describe, expect, test } from 'vitest';
import { decodeOnnx } from '../../../src/formats/onnx/decode.ts';
import type { Node } from '../../../src/graph/graph.ts';
import { named, plainNode, plainPort, plainTensor } from './contents.ts';
import { expected, fixture } from './models.ts';

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
