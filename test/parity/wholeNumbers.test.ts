import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attribute, scoresOf } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { EMPTY_GRAPH } from '../../src/graph/graph.ts';
import { serializeModel } from '../../src/graph/serialize/onnxModel.ts';
import { DTYPES } from '../../src/tensor/dtype.ts';
import { floats, sizeOf } from '../../src/tensor/tensor.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'inspectum-whole-'));
let model: Model;

const waves = (dims: readonly number[]) =>
  floats(
    dims,
    Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(i * 0.7) + 0.2),
  );

/** Between two convolutions the numbers are rounded to whole ones and doubled, which is the layer. */
beforeAll(() => {
  const builder = new GraphBuilder({ ...EMPTY_GRAPH, domains: new Map() });
  const cast = (value: string, dtype: 'int32' | 'float32') => builder.op('Cast', [value], { to: DTYPES[dtype].code });
  const x = builder.input('input', 'float32', ['batch', 3, 8, 8]);
  const first = builder.op('Conv', [x, builder.constant(waves([4, 3, 3, 3]))]);
  const whole = cast(builder.mul(first, builder.float(4)), 'int32');
  const doubled = builder.op('Add', [whole, whole]);
  builder.alias(doubled, 'doubled');
  const second = builder.op('Conv', [cast('doubled', 'float32'), builder.constant(waves([3, 4, 3, 3]))]);
  builder.output(builder.op('Flatten', [builder.op('GlobalAveragePool', [second])]), 'scores', { dtype: 'float32', shape: ['batch', 3] });
  const sums = builder.op('ReduceSum', ['doubled', builder.ints([2, 3])], { keepdims: 0 });
  builder.output(sums, 'sums', { dtype: 'int32', shape: ['batch', 4] });
  const file = path.join(folder, 'whole.onnx');
  writeFileSync(
    file,
    serializeModel(builder.build(), () => ({ bytes: new Uint8Array() })),
  );
  model = Model.open(file, { threads: 1 });
});
afterAll(async () => {
  await model.release();
  rmSync(folder, { recursive: true });
});

const run = (method: string, examples = 1, job = {}) =>
  attribute(model, { method, layer: 'doubled', feeds: { input: waves([examples, 3, 8, 8]) }, target: 1, set: {}, ...job });

describe('a layer of whole numbers has no gradient, and the error says what to take', () => {
  it.each([
    ...['LayerGradCam', 'GuidedGradCam', 'GradCAMPlusPlus', 'HiResCAM', 'XGradCAM', 'LayerCAM', 'LayerGradientXActivation'],
    ...['LayerIntegratedGradients', 'LayerConductance', 'InternalInfluence', 'LayerDeepLift', 'LayerLRP'],
  ])('%s', async (method) => {
    for (const output of ['scores', 'sums'])
      await expect(run(method, 1, { output })).rejects.toMatchObject({
        kind: 'unsupported',
        message: expect.stringMatching(/^doubled of the layer doubled is int32, .* LayerActivation, LayerFeatureAblation, EigenCAM/),
      });
  });
});

describe('methods that only run the model forward take it', () => {
  const byChannel = { layer_mask: [[[0]], [[1]], [[2]], [[3]]] };

  it('LayerFeatureAblation: what the sum of a channel loses is the channel', async () => {
    const { attribution } = await run('LayerFeatureAblation', 1, { output: 'sums', set: byChannel });
    const sums = await scoresOf(model, 'sums', { input: waves([1, 3, 8, 8]) });
    expect(attribution.data[36]).toBe(sums.data[1]);
    expect(attribution.data[0]).toBe(0);
  });

  it.each(['ScoreCAM', 'AblationCAM', 'EigenCAM'])('%s', async (method) => {
    const { attribution } = await run(method, 1, { set: { relu_attributions: false } });
    expect(attribution.dims).toEqual([1, 1, 6, 6]);
    expect(attribution.data.every(Number.isFinite) && attribution.data.some((value) => value !== 0)).toBe(true);
  });

  it('LayerFeaturePermutation', async () => {
    const { attribution } = await run('LayerFeaturePermutation', 2, { set: byChannel });
    expect(attribution.data.some((value) => value !== 0)).toBe(true);
  });
});
