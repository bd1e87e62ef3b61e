import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { onnxRuntime } from '../../../src/engines/onnxruntime/engine.ts';
import type { Graph, Initializer, Node } from '../../../src/graph/graph.ts';
import { floats } from '../../../src/tensor/tensor.ts';

const COUNT = 512;
const folder = mkdtempSync(path.join(tmpdir(), 'inspectum-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A weight of `COUNT` equal values, large enough to be referred to, 16 bytes into a file. */
function weightIn(place: string, name: string, value: number): Initializer {
  const file = path.join(folder, place);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, new Uint8Array(Float32Array.from({ length: COUNT + 4 }, (_, i) => (i < 4 ? Number.NaN : value)).buffer));
  return { name, dtype: 'float32', dims: [COUNT], source: { kind: 'file', path: file, offset: 16, length: COUNT * 4 } };
}

const add = (name: string, inputs: readonly string[], output: string): Node => ({
  ...{ name, op: 'Add', domain: '', inputs, outputs: [output], attributes: {} },
});

test.each([
  ['one folder', 'a.bin', 'b.bin'],
  ['a folder and one in it', 'a.bin', 'in/b.bin'],
  ['folders beside each other', 'left/a.bin', 'right/b.bin'],
])('weights of files in %s are those that are computed with', async (_name, a, b) => {
  const graph: Graph = {
    name: 'sum',
    inputs: [{ name: 'x', dtype: 'float32', shape: [COUNT] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [COUNT] }],
    nodes: [add('first', ['x', 'a'], 'z'), add('second', ['z', 'b'], 'y')],
    initializers: new Map([weightIn(a, 'a', 10), weightIn(b, 'b', 200)].map((weight) => [weight.name, weight])),
    values: new Map(),
    domains: new Map(),
  };
  const session = await onnxRuntime.createSession(graph);
  const { y } = await session.run({ x: floats([COUNT], new Array(COUNT).fill(1)) });
  expect(new Set(y?.data as Float32Array)).toEqual(new Set([211]));
  await session.release();
});
