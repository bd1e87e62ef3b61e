import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attribute, scoresOf } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import type { Attribution } from '../../src/attribution/method.ts';
import { floats } from '../../src/tensor/tensor.ts';

/** Of test/fixtures/networks: 12 numbers in, any number of examples, a batch norm and two activations on the way. */
const model = Model.open(path.join(import.meta.dirname, '../fixtures/networks/models/perceptron.script.onnx'), { threads: 1 });
afterAll(() => model.release());

const feeds = {
  input: floats(
    [2, 12],
    Array.from({ length: 24 }, (_, i) => Math.sin(3 * i) + 0.3),
  ),
};
const feature_mask = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5];

const run = (method: string, set: Record<string, unknown>, waiting = {}) => attribute(model, { method, feeds, target: 1, set, waiting });

const methods: readonly (readonly [string, Record<string, unknown>, samples: number])[] = [
  ['ShapleyValueSampling', { n_samples: 7, feature_mask }, 7],
  ['ShapleyValueSampling', { n_samples: 3 }, 3],
  ['Lime', { n_samples: 40, feature_mask, alpha: 0.001 }, 40],
  ['KernelShap', { n_samples: 40, feature_mask }, 40],
  ['KernelShap', {}, 25],
];

describe.each(methods)('%s %j', (method, set, samples) => {
  it('a seed fixes it; another seed gives another; it says how many samples it took', async () => {
    const [first, again, other] = await Promise.all([run(method, set), run(method, { ...set, seed: 0 }), run(method, { ...set, seed: 1 })]);
    expect(again.attribution.data).toEqual(first.attribution.data);
    expect(other.attribution.data).not.toEqual(first.attribution.data);
    expect([first.samples, first.seed]).toEqual([samples, 0]);
  });

  it('gives the same however many perturbations a run takes', async () => {
    const { attribution } = await run(method, set);
    for (const perturbations_per_eval of [1, 5]) {
      const other = await run(method, { ...set, perturbations_per_eval });
      for (const [i, value] of other.attribution.data.entries()) expect(value).toBeCloseTo(attribution.data[i] as number, 4);
    }
  });

  it('tells how far it is, with what it has so far, and ends with the whole', async () => {
    const heard: [number, number][] = [];
    let last: Attribution | undefined;
    const progress = (done: number, total: number, partial?: () => Attribution) => {
      heard.push([done, total]);
      last = partial?.();
    };
    const { attribution } = await run(method, { ...set, perturbations_per_eval: 4 }, { progress });
    expect(heard.map(([done]) => done)).toEqual(heard.map(([done]) => done).toSorted((a, b) => a - b));
    expect(heard.length).toBeGreaterThan(2);
    expect(heard.at(-1)?.[0]).toBe(heard.at(-1)?.[1]);
    expect(last?.parts[0].tensor.data).toEqual(attribution.data);
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    const progress = (done: number) => done > 4 && controller.abort();
    await expect(run(method, { ...set, perturbations_per_eval: 1 }, { progress, signal: controller.signal })).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });
});

it.each([
  ['ShapleyValues', {}],
  ['ShapleyValueSampling', { n_samples: 3 }],
  ['KernelShap', { n_samples: 60 }],
])('%s of trees, which have no gradient: what the features add is what the score gains', async (method, set) => {
  const trees = Model.open(path.join(import.meta.dirname, '../fixtures/methods/models/trees.onnx'), { threads: 1 });
  const input = trees.graph.inputs[0]?.name ?? '';
  const count = Number(trees.graph.inputs[0]?.shape?.at(-1));
  const at = (value: number) => ({
    [input]: floats(
      [1, count],
      Array.from({ length: count }, (_, i) => value * Math.cos(i)),
    ),
  });
  const { attribution } = await attribute(trees, { method, feeds: at(1), target: 1, set });
  const [here, there] = await Promise.all(
    [at(1), at(0)].map(async (feeds) => (await scoresOf(trees, trees.output, feeds)).data[1] as number),
  );
  expect(attribution.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(Number(here) - Number(there), 4);
  expect(Math.max(...attribution.data.map(Math.abs))).toBeGreaterThan(0.01);
  await trees.release();
});

describe('limits', () => {
  it('exact Shapley values of too many features are refused with the numbers', async () => {
    const wide = floats([1, 3, 21, 30], new Float32Array(3 * 21 * 30));
    const residual = Model.open(path.join(import.meta.dirname, '../fixtures/networks/models/residual.script.onnx'), { threads: 1 });
    const job = { method: 'ShapleyValues', feeds: { input: wide }, target: 1, set: {} };
    await expect(attribute(residual, job)).rejects.toThrow(
      'of 1,890 features there are 2^1890. It takes up to 20 features (1,048,576 sets)',
    );
    await residual.release();
  });

  it('a mask of one feature: it is the difference from the baseline', async () => {
    const one = { feature_mask: new Array<number>(12).fill(0) };
    const exact = await run('ShapleyValues', one);
    for (const method of ['KernelShap', 'ShapleyValueSampling'])
      for (const [i, value] of (await run(method, one)).attribution.data.entries())
        expect(value).toBeCloseTo(exact.attribution.data[i] as number, 4);
  });

  it('samples that do not determine the features, and a penalty that leaves nothing, are said', async () => {
    expect((await run('KernelShap', { n_samples: 12 })).remarks?.[0]).toMatch(/^12 samples do not determine 12 features/);
    expect((await run('KernelShap', { n_samples: 13 })).remarks).toBeUndefined();
    expect((await run('Lime', { alpha: 1e6 })).remarks?.[0]).toMatch(/^Every coefficient is 0: alpha=1000000/);
    expect((await run('Lime', { alpha: 0.01 })).remarks).toBeUndefined();
  });

  it('RISE of scores that are no probabilities says so', async () => {
    const products = Model.open(path.join(import.meta.dirname, '../fixtures/methods/models/products.onnx'), { threads: 1 });
    const job = { method: 'RISE', feeds: { input: floats([1, 2, 6, 8], new Float32Array(96).fill(0.5)) }, target: 0, set: { n_masks: 20 } };
    const { remarks, samples } = await attribute(products, job);
    expect(remarks?.[0]).toMatch(/^The scores are no probabilities/);
    expect(samples).toBe(20);
    await products.release();
  });

  it('RISE is for images', async () => {
    await expect(run('RISE', {})).rejects.toMatchObject({ kind: 'unsupported' });
  });
});
