import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attribute } from '../../../src/app/methods/attribute.ts';
import { Model } from '../../../src/app/model.ts';
import { Baselines } from '../../../src/attribution/baselines.ts';
import { floats } from '../../../src/tensor/tensor.ts';

const DIMS = [1, 3, 21, 30];
const filled = (value: (i: number) => number) =>
  floats(
    DIMS,
    Array.from({ length: 3 * 21 * 30 }, (_, i) => value(i)),
  );
const FINITE = filled(Math.sin);
const PICTURE = floats([1, 3, 26, 34], new Array(3 * 26 * 34).fill(0.5));
const PICTURE_32 = floats([1, 3, 32, 32], new Array(3 * 32 * 32).fill(0.5));
const baselines = (value: number) => new Baselines(new Map([['input', value]]));

let model: Model;
beforeAll(() => {
  model = Model.open(path.join(import.meta.dirname, '../../fixtures/networks/models/residual.script.unfolded.onnx'), { threads: 1 });
});
afterAll(() => model.release());

test.each([
  [
    'an input with NaN',
    { method: 'IntegratedGradients', feeds: { input: filled((i) => (i === 7 ? Number.NaN : 0)) } },
    /: the input input holds/,
  ],
  [
    'a baseline with NaN',
    { method: 'FeatureAblation', set: { feature_mask: [0] }, baselines: baselines(Number.NaN) },
    /: the baseline of input holds/,
  ],
  [
    'noise beyond float32',
    { method: 'Saliency', set: { noise_tunnel: { nt_samples: 1, stdevs: 1e39 } } },
    /: numbers on the way became too large/,
  ],
] as const)('%s: attributions are said not to be finite, and why', async (_, job, words) => {
  const { remarks = [] } = await attribute(model, { feeds: { input: FINITE }, set: {}, target: 0, ...job });
  expect(remarks[0]).toMatch(words);
  expect(remarks[0]).toMatch(/^\d+ of 1890 attributions are not finite/);
});

const modelOf = (file: string): Model => Model.open(path.join(import.meta.dirname, '../../fixtures', file), { threads: 1 });

test('a map of which nothing is positive says so', async () => {
  const oneConv = modelOf('networks/models/captum_oneconv.onnx');
  const job = {
    method: 'LayerGradCam',
    feeds: { input: floats([1, 1, 4, 4], [...new Array(16).keys()]) },
    layer: 'conv1',
    target: { kind: 'sum', terms: [{ index: 0, weight: -1 }] },
  } as const;
  const { remarks } = await attribute(oneConv, { ...job, set: { relu_attributions: true } });
  expect(remarks).toEqual([expect.stringMatching(/^Nothing in the map is positive.*relu_attributions to false/)]);
  expect(await attribute(oneConv, { ...job, set: {} })).not.toHaveProperty('remarks');
  await oneConv.release();
});

test.each([
  ['a network of ReLUs', 'networks/models/residual.script.unfolded.onnx', { input: FINITE }, false, []],
  [
    'one of ReLU6',
    'networks/models/inverted.script.onnx',
    { input: PICTURE },
    false,
    [/^The model has no ReLU: .* Set rectify_all to true/],
  ],
  ['one of ReLU6, rectified', 'networks/models/inverted.script.onnx', { input: PICTURE }, true, []],
  [
    'a quantised one',
    'corpus/models/quantised-qdq.onnx',
    { image: PICTURE_32 },
    true,
    [/^The model has no activation: this is the plain gradient\.$/],
  ],
] as const)('guided backpropagation of %s', async (_, file, feeds, rectify_all, words) => {
  const network = modelOf(file);
  for (const method of ['GuidedBackprop', 'Deconvolution']) {
    const { remarks = [] } = await attribute(network, { method, feeds, target: 0, set: { rectify_all } });
    expect(remarks).toEqual(words.map((one) => expect.stringMatching(one)));
  }
  await network.release();
});

test('finite ones take no remark', async () => {
  expect(await attribute(model, { method: 'Saliency', feeds: { input: FINITE }, set: {}, target: 0 })).not.toHaveProperty('remarks');
});

test('a batch without a target is explained for the highest value of its first example, and says so', async () => {
  const { data } = FINITE;
  const feeds = { input: floats([2, 3, 21, 30], [...data, ...data.map((x) => -x)]) };
  const { target, remarks } = await attribute(model, { method: 'Saliency', feeds, set: {} });
  expect(remarks).toEqual([`No target was given: all 2 examples are explained for ${target}, the highest value of the first.`]);
  for (const asked of [{ feeds, target: 0 }, { feeds: { input: FINITE } }])
    expect((await attribute(model, { method: 'Saliency', set: {}, ...asked })).remarks).toBeUndefined();
});
