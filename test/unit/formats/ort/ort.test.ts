import { cpSync, mkdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { attribute } from '../../../../src/app/methods/attribute.ts';
import { Model } from '../../../../src/app/model.ts';
import { onnxRuntime } from '../../../../src/engines/onnxruntime/engine.ts';
import { readModel } from '../../../../src/formats/index.ts';
import { decodeOrt } from '../../../../src/formats/ort/decode.ts';
import type { Node } from '../../../../src/graph/graph.ts';
import type { ErrorKind } from '../../../../src/tensor/errors.ts';
import { tensor, toNumbers } from '../../../../src/tensor/tensor.ts';
import { difference, randomFeed, runFile, type Tensors } from '../../../tools/onnxFiles.ts';
import { named, plainNode, plainPort, plainTensor } from '../contents.ts';
import { fixture, refusal, temporaryFolder } from '../models.ts';

const ort = (name: string): string => fixture(`../ort/${name}`);
const expected: Record<string, { nodes: Node[]; initializers: { name: string }[] } & Record<string, unknown>> = JSON.parse(
  readFileSync(ort('expected.json'), 'utf8'),
);

const byName = <T extends { name: string }>(list: readonly T[]): T[] => list.toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** Nodes by name, those of subgraphs too. */
function ordered(nodes: readonly (Omit<Node, 'attributes'> & { attributes: Record<string, unknown> })[]): unknown[] {
  return byName(nodes).map((node) => ({
    ...node,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, value]) => {
        const inner = (value as { nodes?: Node[] } | null)?.nodes;
        return [key, inner ? { ...(value as object), nodes: ordered(named(inner) as never) } : value];
      }),
    ),
  }));
}

describe.each(Object.keys(expected))('%s.ort', (name) => {
  const want = expected[name] as (typeof expected)[string];
  const model = decodeOrt(ort(`${name}.ort`));

  test('has the versions, the producer and the metadata that the file states', () => {
    expect(Object.fromEntries(model.opsets)).toEqual(want.opsets);
    expect(Object.fromEntries(model.metadata)).toEqual(want.metadata);
    expect([model.irVersion, model.producer]).toEqual([want.irVersion, want.producer]);
  });

  test('has the nodes, inputs, outputs and weights, to the bit', () => {
    expect(ordered(model.graph.nodes.map(plainNode) as never)).toEqual(ordered(named(want.nodes) as never));
    expect(model.graph.inputs.map(plainPort)).toEqual(want.inputs);
    expect(model.graph.outputs.map(plainPort)).toEqual(want.outputs);
    const dense = [...model.graph.initializers.values()].filter((t) => want.initializers.some((w) => w.name === t.name));
    expect(dense.map(plainTensor)).toEqual(want.initializers);
  });
});

async function run(file: string, feeds: Tensors): Promise<Tensors> {
  const session = await onnxRuntime.createSession(readModel(file).graph);
  try {
    return (await session.run(feeds)) as Tensors;
  } finally {
    await session.release();
  }
}

/** Not the one in the layout of the machine that made it: ONNX Runtime on another machine runs it wrongly. */
const FILES = [
  ...Object.keys(expected)
    .filter((name) => !name.endsWith('.nchwc'))
    .map((name) => `${name}.ort`),
  'sparse.onnx',
];

test.each(FILES)('%s gives the outputs that ONNX Runtime gives for the file', async (name) => {
  const feeds = Object.fromEntries(readModel(ort(name)).graph.inputs.map((port) => [port.name, randomFeed(port)]));
  expect(difference(await run(ort(name), feeds), await runFile(ort(name), feeds))).toBeLessThan(1e-6);
});

test.each([
  ['torchscript.ort', 'torchscript.onnx', '/features/features.1/relu_1/Relu_output_0'],
  ['torchscript.with_runtime_opt.ort', 'torchscript.onnx', '/features/features.1/relu/Relu_output_0'],
  ['dynamo.ort', 'dynamo.onnx', 'relu_1'],
  ['dynamo.with_runtime_opt.ort', 'dynamo.onnx', 'relu'],
])('%s has the Grad-CAM of %s', async (name, original, layer) => {
  const maps = await Promise.all(
    [ort(name), fixture(original)].map(async (file) => {
      const model = Model.open(file);
      const feeds = { image: randomFeed({ name: 'image', dtype: 'float32', shape: [1, 3, 8, 8] }) };
      const { attribution, target } = await attribute(model, { method: 'LayerGradCam', layer, feeds, set: {} });
      await model.release();
      return { attribution, target };
    }),
  );
  const [ours, theirs] = maps;
  expect(ours?.target).toBe(theirs?.target);
  expect(difference({ map: ours?.attribution as never }, { map: theirs?.attribution as never })).toBeLessThan(1e-5);
});

test('module paths follow from the names of nodes', () => {
  expect(Model.open(ort('torchscript.ort')).findLayer('features.1').output).toBe('/features/features.1/relu_1/Relu_output_0');
});

describe('weights in a file beside the model', () => {
  test('are those that are computed with', async () => {
    const x = tensor('float32', [32], new Float32Array(32).fill(1));
    const { y } = await run(ort('external.ort'), { x });
    expect([...toNumbers(y as never)]).toEqual(Array.from({ length: 32 }, (_, i) => Math.max(0, i - 15)));
  });

  test.each<[string, (folder: string, data: string) => void, ErrorKind, RegExp]>([
    ['that is not there', () => undefined, 'missing', /external\.ort\.data, which is not there/],
    [
      'that is too short',
      (_, data) => {
        cpSync(ort('external.ort.data'), data);
        truncateSync(data, 200);
      },
      'corrupt',
      /external\.ort\.data: ends at byte 200, but w needs bytes 128 to 256/,
    ],
    [
      'that is a link out of the folder',
      (folder, data) => {
        mkdirSync(path.join(folder, 'elsewhere'));
        cpSync(ort('external.ort.data'), path.join(folder, 'elsewhere', 'w'));
        symlinkSync(path.join(folder, 'elsewhere', 'w'), data);
      },
      'refused',
      /outside of the model's folder/,
    ],
  ])('%s', (_what, make, kind, words) => {
    const folder = temporaryFolder();
    const home = path.join(folder, 'home');
    mkdirSync(home);
    cpSync(ort('external.ort'), path.join(home, 'external.ort'));
    make(folder, path.join(home, 'external.ort.data'));
    const error = refusal(() => Model.open(path.join(home, 'external.ort')));
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(words);
  });
});
