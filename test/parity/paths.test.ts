import path from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { type AttributionJob, attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { parseNeuron } from '../../src/app/target/neuron.ts';
import type { Attribution } from '../../src/attribution/method.ts';
import { floats, tensor } from '../../src/tensor/tensor.ts';
import { relativeDistance } from '../tools/distance.ts';

const NETWORKS = path.join(import.meta.dirname, '../fixtures/networks/models');
const input = floats(
  [1, 3, 21, 30],
  Array.from({ length: 3 * 21 * 30 }, (_, i) => Math.sin(i * 0.7)),
);
const other = floats(
  [1, 3, 21, 30],
  Array.from({ length: 3 * 21 * 30 }, (_, i) => Math.cos(i * 0.9)),
);
const [open, fixed] = ['residual.script.onnx', 'residual.script.fixed.onnx'].map((file) =>
  Model.open(path.join(NETWORKS, file), { threads: 1 }),
) as [Model, Model];
const forked = Model.open(path.join(import.meta.dirname, '../fixtures/methods/models/forked.onnx'), { threads: 1 });
afterAll(() => Promise.all([open, fixed, forked].map((model) => model.release())));

type Job = Omit<AttributionJob, 'feeds'>;
const run = (model: Model, job: Job, feed = input) => attribute(model, { target: 3, ...job, feeds: { input: feed } });
const steps = { n_steps: 9 };
const JOBS: readonly Job[] = [
  { method: 'IntegratedGradients', set: steps },
  { method: 'LayerIntegratedGradients', layer: 'layer1', set: steps },
  { method: 'LayerConductance', layer: 'layer2', set: steps },
  { method: 'InternalInfluence', layer: 'layer2', set: steps },
  { method: 'NeuronConductance', layer: 'layer2', neuron: parseNeuron('2,1,0:2'), set: steps },
];

test.each(JOBS.map((job) => [job.method, job] as const))(
  '%s of a file for one example is that of a file for any number',
  async (_, job) => {
    const [one, any] = [await run(fixed, job), await run(open, job)];
    expect(one.attribution.dims).toEqual(any.attribution.dims);
    expect(relativeDistance(one.attribution.data, any.attribution.data)).toBeLessThanOrEqual(1e-5);
  },
);

test.each(JOBS.map((job) => [job.method, job] as const))('%s of two examples is that of each', async (_, job) => {
  const both = await run(open, job, tensor('float32', [2, 3, 21, 30], Float32Array.of(...input.data, ...other.data)));
  const each = [await run(open, job), await run(open, job, other)];
  expect(
    relativeDistance(
      both.attribution.data,
      each.flatMap(({ attribution }) => [...attribution.data]),
    ),
  ).toBeLessThanOrEqual(1e-5);
  for (const [i, { delta }] of each.entries()) expect(both.delta?.[i] ?? 0).toBeCloseTo(delta?.[0] ?? 0, 4);
});

test.each([
  ['IntegratedGradients', 'LayerIntegratedGradients', steps],
  ['FeatureAblation', 'LayerFeatureAblation', {}],
] as const)('%s is %s of what enters the first layer', async (ofInput, ofLayer, set) => {
  const feeds = {
    input: floats(
      [1, 1, 6, 6],
      Array.from({ length: 36 }, (_, i) => Math.sin(i)),
    ),
  };
  const job = { feeds, target: 1, baseline: 0.25 };
  const primary = await attribute(forked, { ...job, method: ofInput, set });
  const layer = await attribute(forked, { ...job, method: ofLayer, layer: 'stem', set: { ...set, attribute_to_layer_input: true } });
  expect(layer.attribution.dims).toEqual(primary.attribution.dims);
  expect(relativeDistance(layer.attribution.data, primary.attribution.data)).toBeLessThanOrEqual(1e-5);
});

describe('return_convergence_delta', () => {
  const feeds = { input: floats([1, 1, 6, 6], new Float32Array(36).fill(0.5)) };
  const asked = (method: string, value: unknown) =>
    attribute(forked, { feeds, target: 1, method, set: { return_convergence_delta: value } });

  it.each(['IntegratedGradients', 'DeepLift', 'LRP'])('of %s: the delta is told or left out', async (method) => {
    const [told, silent] = [await asked(method, true), await asked(method, false)];
    expect(told.delta).toHaveLength(1);
    expect(silent.delta).toBeUndefined();
    expect(silent.attribution).toEqual(told.attribution);
  });

  it('is true or false, of methods that have it', async () => {
    await expect(asked('IntegratedGradients', 1)).rejects.toThrow('return_convergence_delta should be a boolean, not 1');
    await expect(asked('Saliency', true)).rejects.toThrow('Saliency has no parameter "return_convergence_delta"');
  });
});

describe('partial results', () => {
  it('are the integral that is to be expected, and come nearer to it', async () => {
    const partials: Attribution[] = [];
    const progress = (_: number, __: number, partial?: () => Attribution) => partials.push((partial as () => Attribution)());
    const set = { n_steps: 40, method: 'riemann_middle', internal_batch_size: 1 };
    const { attribution, parts } = await run(open, { method: 'IntegratedGradients', set, waiting: { progress } });
    const distances = partials.map((partial) => relativeDistance(partial.parts[0].tensor.data, attribution.data));
    expect(distances.at(-1)).toBeLessThanOrEqual(1e-6);
    const [first = 0, half = 1] = [distances[0], distances[30]];
    expect(half).toBeLessThan(first);
    expect(partials.every((partial) => partial.parts.length === parts.length)).toBe(true);
  });

  it('can be the last ones: a method is cancelled between two runs', async () => {
    const abort = new AbortController();
    let last = 0;
    const progress = (done: number) => {
      last = done;
      if (done === 3) abort.abort();
    };
    const set = { n_steps: 40, internal_batch_size: 1 };
    const cancelled = run(open, { method: 'IntegratedGradients', set, waiting: { progress, signal: abort.signal } });
    await expect(cancelled).rejects.toMatchObject({ kind: 'cancelled' });
    expect(last).toBe(3);
  });
});

test.each([
  [{ n_steps: 0 }, /n_steps should be a whole number from 1/],
  [{ n_steps: 1, method: 'riemann_left' }, /n_steps should be a whole number from 2 with the method riemann_left/],
  [{ method: 'simpson' }, /method should be one of gausslegendre, riemann_left/],
  [{ internal_batch_size: 0 }, /internal_batch_size/],
])('%j is refused', async (set, message) => {
  await expect(run(open, { method: 'IntegratedGradients', set })).rejects.toThrow(message);
});

it.each([
  ['baselines', '--baseline'],
  ['target', '--target'],
])("Captum's argument %s is given with %s", async (name, flag) => {
  const feeds = { input: floats([1, 1, 6, 6], new Float32Array(36)) };
  await expect(attribute(forked, { feeds, target: 1, method: 'IntegratedGradients', set: { [name]: 0 } })).rejects.toThrow(
    `Captum's argument ${name} is given with ${flag} here`,
  );
});
