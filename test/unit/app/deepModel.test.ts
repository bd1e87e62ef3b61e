import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Explainer } from '../../../src/app/explain.ts';
import { Model } from '../../../src/app/model.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { EMPTY_GRAPH } from '../../../src/graph/graph.ts';
import { serializeModel } from '../../../src/graph/serialize/onnxModel.ts';
import { floats } from '../../../src/tensor/tensor.ts';

const DEPTH = 700;
const folder = mkdtempSync(path.join(tmpdir(), 'inspectum-deep-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A chain of convolutions and activations of one channel, 4×4. */
function writeChain(file: string): void {
  const builder = new GraphBuilder({ ...EMPTY_GRAPH, domains: new Map() });
  let x = builder.input('input', 'float32', ['batch', 1, 4, 4]);
  const weight = builder.constant(floats([1, 1, 1, 1], [1.001]), 'weight');
  for (let i = 0; i < DEPTH; i++) x = builder.op('Relu', [builder.op('Conv', [x, weight])]);
  builder.output(builder.op('Flatten', [builder.op('GlobalAveragePool', [x])]), 'output', { dtype: 'float32', shape: ['batch', 1] });
  writeFileSync(
    file,
    serializeModel(builder.build(), () => ({ bytes: new Uint8Array(floats([1], [1.001]).data.buffer) })),
  );
}

test('of a deep model the last layers are explained ahead, and any other when it is chosen', async () => {
  const file = path.join(folder, 'deep.onnx');
  writeChain(file);
  const model = Model.open(file, { threads: 1 });
  const explainer = new Explainer(model, { input: floats([1, 1, 4, 4], new Float32Array(16).fill(1)) });
  const { maps, refusals } = await explainer.sweep();
  const count = model.layersWithCells().size;
  expect(count).toBeGreaterThan(2 * DEPTH - 2);
  expect(maps.length).toBeGreaterThan(100);
  expect(maps.length).toBeLessThan(count / 2);
  expect(refusals).toEqual([
    `The last ${maps.length} of ${count} layers are explained ahead, the others when they are chosen: all together would take long to prepare.`,
  ]);
  const [first = ''] = [...model.layersWithCells().keys()];
  const early = await explainer.explain(first);
  expect(early.kind).toBe('map');
  // one channel whose gradient is the same everywhere: activation × slope of what follows, the score itself in every cell
  if (early.kind === 'map') expect(early.map.data[0]).toBeCloseTo(1.001 ** DEPTH / 16, 3);
  await model.release();
});
