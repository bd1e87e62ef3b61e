import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { METHODS } from '../../src/attribution/index.ts';
import { floats, sizeOf } from '../../src/tensor/tensor.ts';
import { randomFeed } from '../tools/onnxFiles.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');

/** What no class activation map can be made of, or only by some of them. */
const FILES = {
  perceptron: { file: 'networks/models/perceptron.script.onnx', input: 'input', dims: [1, 12] },
  ungradiented: { file: 'models/no-gradient.onnx', input: 'image', dims: [1, 3, 8, 8] },
  quantised: { file: 'corpus/models/quantised-qoperator.onnx', input: 'image', dims: [1, 3, 32, 32] },
  patches: { file: 'methods/models/folded_heads.onnx', input: 'input', dims: [1, 3, 12, 16] },
  two: { file: 'methods/models/two-inputs.onnx', input: 'image', dims: [1, 1, 6, 7] },
} as const;
type Name = keyof typeof FILES;

const models = new Map<Name, Model>();
beforeAll(() => {
  for (const [name, { file }] of Object.entries(FILES)) models.set(name as Name, Model.open(path.join(FIXTURES, file), { threads: 1 }));
});
afterAll(() => Promise.all([...models.values()].map((model) => model.release())));

const waves = (dims: readonly number[]) =>
  floats(
    dims,
    Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(i * 1.3)),
  );

const run = (name: Name, method: string, layer: string, set = {}) => {
  const { input, dims } = FILES[name];
  const feeds = { [input]: waves(dims), ...(name === 'two' && { row: waves([1, 4]) }) };
  return attribute(models.get(name) as Model, { method, layer, feeds, target: 0, set });
};

const BY_GRADIENT = ['GradCAMPlusPlus', 'HiResCAM', 'XGradCAM', 'LayerCAM'];
const BY_FORWARD_RUNS = ['EigenCAM', 'ScoreCAM', 'AblationCAM'];

it('every class activation map is among those', () => {
  const named = Object.keys(METHODS).filter((name) => /CAM/.test(name));
  expect(new Set(named)).toEqual(new Set([...BY_GRADIENT, ...BY_FORWARD_RUNS]));
});

describe.each([...BY_GRADIENT, ...BY_FORWARD_RUNS])('%s', (method) => {
  it.each([
    ['features', 'perceptron', 'fc2', 2],
    ['tokens', 'patches', 'softmax', 3],
  ] as const)('of a layer of %s is refused with what it needs', async (_, name, layer, rank) => {
    await expect(run(name, method, layer)).rejects.toMatchObject({
      kind: 'unsupported',
      message: `${method} needs a layer with channels of height and width (4 or 5 axes), but the value of ${layer} has ${rank}: choose a convolutional layer.`,
    });
  });

  it('of a quantised network is a map of the numbers that its integers stand for', async () => {
    const { attribution } = await run('quantised', method, 'Conv_2_quant', { relu_attributions: false });
    expect(attribution.dims).toEqual([1, 1, 8, 8]);
    expect(attribution.data.every(Number.isFinite) && attribution.data.some((value) => value !== 0)).toBe(true);
  });
});

it.each(BY_GRADIENT)('%s before an operator without a gradient names it, and says what does without', async (method) => {
  await expect(run('ungradiented', method, 'conv1')).rejects.toMatchObject({
    kind: 'unsupported',
    message: expect.stringMatching(/No gradient is known for the operator com\.microsoft:Trilu .* methods that only run the model forward/),
  });
});

it.each(BY_FORWARD_RUNS)('%s needs no gradient', async (method) => {
  const { attribution } = await run('ungradiented', method, 'conv1');
  expect(attribution.dims).toEqual([1, 1, 6, 6]);
});

it('ScoreCAM of several inputs is refused', async () => {
  const [layer] = (models.get('two') as Model).layersWithCells().keys();
  await expect(run('two', 'ScoreCAM', layer as string)).rejects.toMatchObject({
    kind: 'unsupported',
    message: expect.stringContaining('needs one input and a layer of 4 axes, not image, row'),
  });
});

describe('AttentionRollout', () => {
  it('of a network without attention is refused', async () => {
    await expect(run('perceptron', 'AttentionRollout', 'fc2')).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringContaining('needs attentions between all tokens, all of one size, before fc2; there is none'),
    });
  });

  it('of the class token where there is none says so', async () => {
    await expect(run('patches', 'AttentionRollout', 'fc')).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('Set token to "mean"'),
    });
  });

  it('of attention inside an operator that is left whole says which', async () => {
    const model = Model.open(path.join(FIXTURES, 'lift/models/fused-attention-with-past.onnx'), { threads: 1 });
    const feeds = Object.fromEntries(model.graph.inputs.map((port) => [port.name, randomFeed(port)]));
    const [layer = ''] = model.graph.nodes.flatMap(({ op, outputs }) => (op === 'Attention' ? outputs : []));
    await expect(attribute(model, { method: 'AttentionRollout', layer, feeds, target: null, set: {} })).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringContaining('is one operator, com.microsoft:Attention, in a form that is not taken apart'),
    });
    await model.release();
  });
});
