import { describe, expect, test } from 'vitest';
import { onnxRuntime } from '../../../src/engines/onnxruntime/engine.ts';
import { foldConstants } from '../../../src/graph/foldConstants.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { inferShapes } from '../../../src/graph/inferShapes.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { caseNamed, graphOf, noise } from './shapeCases.ts';

const inferred = (name: string, dynamic: boolean): Graph =>
  inferShapes(graphOf(caseNamed(name), (_, dims) => (dynamic ? ['batch', dims[1] as number, 'height', 'width'] : dims))).graph;

async function run(graph: Graph, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await onnxRuntime.createSession(graph);
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

describe.each(['exported View', 'exported Shuffle', 'exported Attend', 'shape arithmetic'])('%s', (name) => {
  test.each([true, false])('folded, ONNX Runtime gives the same outputs to the bit (dynamic: %s)', async (dynamic) => {
    const graph = inferred(name, dynamic);
    const folded = foldConstants(graph);
    expect(folded.nodes.length).toBeLessThan(graph.nodes.length);
    expect(folded.outputs.map((o) => o.name)).toEqual(graph.outputs.map((o) => o.name));
    const feeds = Object.fromEntries(caseNamed(name).inputs.map((input) => [input.name, noise(input.dims)]));
    expect(await run(folded, feeds)).toEqual(await run(graph, feeds));
  });
});

test('with numbers, nothing of the shape arithmetic is left', () => {
  const folded = foldConstants(inferred('exported View', false));
  const plumbing = new Set(['Shape', 'Gather', 'Constant', 'ConstantOfShape', 'Unsqueeze', 'Cast', 'Mul', 'Div', 'Range']);
  expect(folded.nodes.filter((node) => plumbing.has(node.op)).map((node) => node.op)).toEqual(['Cast']);
  for (const node of folded.nodes) if (node.op === 'Reshape') expect(folded.initializers.has(node.inputs[1] as string)).toBe(true);
});

test('inputs, the outputs’ own nodes, node names and float weights stay', () => {
  const size = { name: 'size', op: 'Size', domain: '', inputs: ['x0'], outputs: ['y0'], attributes: {} };
  const graph = { ...graphOf(caseNamed('Relu')), nodes: [size] };
  expect(foldConstants(graph)).toMatchObject({ nodes: [size], inputs: graph.inputs });

  const view = inferred('exported View', true);
  const folded = foldConstants(view);
  const names = new Set(view.nodes.map((node) => node.name));
  for (const node of folded.nodes) expect(names.has(node.name)).toBe(true);
  for (const [name, weight] of view.initializers)
    if (weight.dtype === 'float32' && weight.dims.length > 1) expect(folded.initializers.get(name)).toBe(weight);
});

test('an integer beyond 2^53 is not folded', () => {
  const value = { type: 'ints', value: [2 ** 53] } as const;
  const nodes = [
    { name: 'c', op: 'Constant', domain: '', inputs: [], outputs: ['c'], attributes: { value_ints: value } },
    { name: 'twice', op: 'Add', domain: '', inputs: ['c', 'c'], outputs: ['d'], attributes: {} },
    { name: 'out', op: 'Identity', domain: '', inputs: ['d'], outputs: ['y0'], attributes: {} },
  ];
  const folded = foldConstants({ ...graphOf(caseNamed('Relu')), nodes });
  expect(folded.nodes.map((node) => node.name)).toEqual(['twice', 'out']);
});
