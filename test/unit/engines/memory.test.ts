import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Model } from '../../../src/app/model.ts';
import { TARGET_INPUT, targetFeed } from '../../../src/attribution/evaluation/target.ts';
import { buildSweep } from '../../../src/attribution/sweep.ts';
import { onnxRuntime } from '../../../src/engines/onnxruntime/engine.ts';
import { estimateMemory } from '../../../src/engines/onnxruntime/memory.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import type { DType } from '../../../src/tensor/dtype.ts';
import { difference, randomFeed, type Tensors } from '../../tools/onnxFiles.ts';

const ROOT = path.join(import.meta.dirname, '../../..');

describe('a lean session gives what another gives', () => {
  test.each(['samples/shapes.onnx', 'test/fixtures/models/torchscript.onnx', 'test/fixtures/models/dynamo.onnx'])('%s', async (file) => {
    const model = Model.open(path.join(ROOT, file));
    const { graph } = buildSweep(model.graph, model.output, model.layersWithCells(), 'element');
    const image = graph.inputs.find(({ name }) => name !== TARGET_INPUT) as (typeof graph.inputs)[number];
    const feeds = { [image.name]: randomFeed(image), [TARGET_INPUT]: targetFeed(2) };
    const run = async (lean: boolean): Promise<Tensors> => {
      const session = await onnxRuntime.createSession(graph, { lean });
      try {
        return (await session.run(feeds)) as Tensors;
      } finally {
        await session.release();
      }
    };
    expect(difference(await run(true), await run(false))).toBeLessThan(1e-5);
  });
});

const MB = 2 ** 20;
const SIDE = 512; // a matrix of 1 MB

/** x · w, in a chain; every product is 1 MB. */
function products(weights: readonly ('file' | 'memory' | 'float16')[], transposed = false) {
  const builder = new GraphBuilder({
    ...{ name: 'g', inputs: [], outputs: [], nodes: [], initializers: new Map(), values: new Map(), domains: new Map() },
  });
  let y = builder.input('x', 'float32', ['batch', SIDE, SIDE]);
  weights.forEach((where, i) => {
    const name = `w${i}`;
    const [dtype, dims]: [DType, number[]] = ['float32', [SIDE, SIDE]];
    const file = { kind: 'file', path: '/w', offset: i * MB, length: where === 'float16' ? MB / 2 : MB } as const;
    const memory = { kind: 'memory', tensor: { dtype, dims, data: new Float32Array(SIDE * SIDE) } } as const;
    const stored = { ...file, stored: 'float16' } as const;
    builder.initializers.set(name, { name, dtype, dims, source: { file, memory, float16: stored }[where] });
    y = builder.op('MatMul', [y, transposed ? builder.op('Transpose', [name], { perm: [1, 0] }) : name]);
  });
  builder.output(y, 'y', { dtype: 'float32' });
  return builder.build();
}

/** So many are there at the same time: the input, which stays, what a product is made of, and the product. */
const VALUES = 3;

test.each([
  ['weights in a file', products(['file', 'file', 'file']), { own: 3 + VALUES, mapped: 0 }, { own: VALUES, mapped: 3 }],
  ['weights in memory', products(['memory', 'file']), { own: 2 + VALUES, mapped: 0 }, { own: 1 + VALUES, mapped: 1 }],
  ['weights that are converted', products(['float16', 'file']), { own: 2 + VALUES, mapped: 0 }, { own: 1 + VALUES, mapped: 1 }],
  // Transposed ahead and packed; or when they are needed, in memory for a while (a matrix of 1 MB is just folded).
  ['weights that are transposed', products(['file', 'file'], true), { own: 2 + VALUES, mapped: 0 }, { own: 2 + VALUES, mapped: 0 }],
])('%s are counted where they are', (_what, graph, fast, lean) => {
  const megabytes = ({ own, mapped }: { own: number; mapped: number }) => ({ own: own / MB, mapped: mapped / MB });
  const estimate = estimateMemory(graph);
  expect(megabytes(estimate.fast)).toEqual(fast);
  expect(megabytes(estimate.lean)).toEqual(lean);
});
