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

test('finite ones take no remark', async () => {
  expect(await attribute(model, { method: 'Saliency', feeds: { input: FINITE }, set: {}, target: 0 })).not.toHaveProperty('remarks');
});
