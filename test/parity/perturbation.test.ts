import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttributionJob, attribute, scoresOf } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { Baselines } from '../../src/attribution/baselines.ts';
import type { Attribution } from '../../src/attribution/method.ts';
import { writeNpy } from '../../src/tensor/npy.ts';
import { floats, type Tensor, tensor } from '../../src/tensor/tensor.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');
const [EXAMPLES, COLUMNS, TARGET] = [3, 12, 1];
const rows = floats(
  [EXAMPLES, COLUMNS],
  Array.from({ length: EXAMPLES * COLUMNS }, (_, i) => Math.sin(i * 7.3)),
);

let perceptron: Model;
let bytes: Model;
let two: Model;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'inspectum-masks-'));
  perceptron = Model.open(path.join(FIXTURES, 'networks/models/perceptron.script.onnx'), { threads: 1 });
  bytes = Model.open(path.join(FIXTURES, 'methods/models/bytes.onnx'), { threads: 1 });
  two = Model.open(path.join(FIXTURES, 'methods/models/two-inputs.onnx'), { threads: 1 });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await Promise.all([perceptron, bytes, two].map((model) => model.release()));
});

type Asked = Partial<AttributionJob> & Pick<AttributionJob, 'method'>;
const ofRows = (job: Asked) => attribute(perceptron, { feeds: { input: rows }, target: TARGET, set: {}, ...job });

/** Every order of the examples but the one in which they are. */
const ORDERS: readonly (readonly number[])[] = [
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** How far each example's score falls when a column is taken from the examples of an order. */
async function fallsOf(column: number, order: readonly number[]): Promise<number[]> {
  const moved = rows.data.map((value, i) =>
    i % COLUMNS === column ? (rows.data[(order[Math.floor(i / COLUMNS)] as number) * COLUMNS + column] as number) : value,
  );
  const [before, after] = await Promise.all(
    [rows.data, moved].map((data) => scoresOf(perceptron, perceptron.output, { input: tensor('float32', rows.dims, data) })),
  );
  const [a, b] = [before, after] as [Tensor<'float32'>, Tensor<'float32'>];
  const classes = a.data.length / EXAMPLES;
  return order.map((_, example) => (a.data[example * classes + TARGET] as number) - (b.data[example * classes + TARGET] as number));
}

describe('FeaturePermutation', () => {
  it('is on average the mean over the orders that leave not all examples in place: within five standard errors', async () => {
    const seeds = 150;
    const sums = new Float64Array(rows.data.length);
    for (let seed = 0; seed < seeds; seed++) {
      const { attribution } = await ofRows({ method: 'FeaturePermutation', set: { seed } });
      attribution.data.forEach((value, i) => {
        sums[i] = (sums[i] as number) + value / seeds;
      });
    }
    for (let column = 0; column < COLUMNS; column++) {
      const falls = await Promise.all(ORDERS.map((order) => fallsOf(column, order)));
      for (let example = 0; example < EXAMPLES; example++) {
        const values = falls.map((fall) => fall[example] as number);
        const mean = values.reduce((sum, v) => sum + v / values.length, 0);
        const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2 / values.length, 0));
        expect(Math.abs((sums[example * COLUMNS + column] as number) - mean)).toBeLessThanOrEqual(
          (5 * deviation) / Math.sqrt(seeds) + 1e-6,
        );
      }
    }
  });

  it('is the same for a seed, however many perturbations a run takes, and another for another', async () => {
    const of = async (set: Record<string, unknown>) => Array.from((await ofRows({ method: 'FeaturePermutation', set })).attribution.data);
    const first = await of({ seed: 7, perturbations_per_eval: 1 });
    const again = await of({ seed: 7, perturbations_per_eval: 5 });
    for (const [i, value] of again.entries()) expect(value).toBeCloseTo(first[i] as number, 6);
    expect(await of({ seed: 8 })).not.toEqual(again);
  });
});

describe('perturbations are run', () => {
  it('with progress and what is known so far', async () => {
    const heard: [done: number, total: number, partial: Attribution | undefined][] = [];
    const waiting = { progress: (done: number, total: number, partial?: () => Attribution) => heard.push([done, total, partial?.()]) };
    const { attribution } = await ofRows({ method: 'Occlusion', set: { sliding_window_shapes: [2], perturbations_per_eval: 4 }, waiting });
    expect(heard.map(([done, total]) => [done, total])).toEqual([
      [4, 11],
      [8, 11],
      [11, 11],
    ]);
    const partials = heard.map(([, , partial]) => Array.from(partial?.parts[0].tensor.data ?? []));
    expect(partials[2]).toEqual(Array.from(attribution.data));
    expect(partials[0]?.slice(5, COLUMNS)).toEqual(new Array(COLUMNS - 5).fill(0));
    expect(partials[0]?.slice(0, 4)).toEqual(Array.from(attribution.data.slice(0, 4)));
  });

  it('until they are cancelled', async () => {
    const stop = new AbortController();
    let runs = 0;
    const progress = (): void => {
      if (++runs === 2) stop.abort();
    };
    const running = ofRows({ method: 'FeatureAblation', set: { perturbations_per_eval: 1 }, waiting: { signal: stop.signal, progress } });
    await expect(running).rejects.toMatchObject({ kind: 'cancelled' });
    expect(runs).toBe(2);
  });

  it('only where they change something', async () => {
    const sparse = floats(
      rows.dims,
      rows.data.map((value, i) => (i % COLUMNS < 2 ? value : 0)),
    );
    let runs = 0;
    const waiting = { progress: () => runs++ };
    const { attribution } = await ofRows({
      method: 'FeatureAblation',
      feeds: { input: sparse },
      set: { perturbations_per_eval: 1 },
      waiting,
    });
    expect(runs).toBe(2);
    expect(attribution.data.every((value, i) => value === 0 || i % COLUMNS < 2)).toBe(true);
    expect(attribution.data.some((value) => value !== 0)).toBe(true);
  });
});

describe('masks', () => {
  const groups = Float32Array.from({ length: COLUMNS }, (_, i) => i >> 2);

  it('are read from files as from lists', async () => {
    const file = path.join(folder, 'mask.npy');
    writeFileSync(file, writeNpy(tensor('float32', [COLUMNS], groups)));
    const [ofFile, ofList] = await Promise.all(
      [file, Array.from(groups)].map((feature_mask) => ofRows({ method: 'FeatureAblation', set: { feature_mask } })),
    );
    expect(ofFile?.attribution.data).toEqual(ofList?.attribution.data);
    expect(new Set(ofFile?.attribution.data.slice(0, COLUMNS)).size).toBe(3);
    expect(ofFile?.parameters.feature_mask).toBe(file);
  });
});

describe('classical classifiers', () => {
  it.each(['trees', 'trees-zipped'])('%s: the scores are explained, not the label', async (name) => {
    const model = Model.open(path.join(FIXTURES, `methods/models/${name}.onnx`), { threads: 1 });
    expect([model.output, model.scale, model.classCount()]).toEqual(['scores', 'probabilities', 3]);
    const feeds = { input: floats([1, 4], [0.3, -1, 0.2, 2]) };
    const label = await scoresOf(model, 'label', feeds);
    const { target } = await attribute(model, { method: 'FeatureAblation', feeds, set: {} });
    expect(target).toBe(label.data[0]);
    await model.release();
  });
});

it('a stride for all axes of one input stands beside strides per axis of another', async () => {
  const feeds = {
    image: tensor(
      'float32',
      [1, 1, 6, 7],
      Float32Array.from({ length: 42 }, (_, i) => Math.sin(i)),
    ),
    row: floats([1, 4], [1, -2, 3, 0.5]),
  };
  const occluded = async (strides: unknown) =>
    (await attribute(two, { method: 'Occlusion', feeds, target: 0, set: { sliding_window_shapes: [[1, 2, 2], [2]], strides } })).parts;
  expect(await occluded([[1, 2, 2], 1])).toEqual(await occluded([[1, 2, 2], [1]]));
  expect(await occluded([1, [2]])).toEqual(await occluded([[1, 1, 1], 2]));
});

describe('what cannot be is refused', () => {
  const image = tensor('uint8', [1, 6, 7, 3], new Uint8Array(126));
  const pair = { image: floats([1, 1, 6, 7], new Float32Array(42)), row: floats([1, 4], new Float32Array(4)) };
  const one = floats([1, COLUMNS], rows.data.slice(0, COLUMNS));
  const refused: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    ['a window without a shape', () => ofRows({ method: 'Occlusion' }), 'Occlusion needs sliding_window_shapes'],
    [
      'a window beyond the input',
      () => ofRows({ method: 'Occlusion', set: { sliding_window_shapes: [13] } }),
      'is larger than input, 12 per example',
    ],
    [
      'gaps between windows',
      () => ofRows({ method: 'Occlusion', set: { sliding_window_shapes: [2], strides: 3 } }),
      'leaves parts of input out',
    ],
    [
      'a window of other axes',
      () => ofRows({ method: 'Occlusion', set: { sliding_window_shapes: [2, 2] } }),
      'should have 1 numbers for input',
    ],
    [
      'one window for two inputs',
      () => attribute(two, { method: 'Occlusion', feeds: pair, target: 0, set: { sliding_window_shapes: [[1, 2, 2]] } }),
      'an entry for each of image, row: 2, not 1',
    ],
    [
      'a baseline that the input cannot hold',
      () =>
        attribute(bytes, {
          method: 'FeatureAblation',
          feeds: { input: image },
          target: 0,
          set: {},
          baselines: new Baselines(new Map(), 256),
        }),
      'The baseline 256 is out of range for input: it takes uint8, 0 to 255',
    ],
    ['a permutation of one example', () => ofRows({ method: 'FeaturePermutation', feeds: { input: one } }), 'the input has only one'],
    [
      'a kernel so narrow that no sample counts',
      () => ofRows({ method: 'Lime', set: { kernel_width: 1e-6, distance_mode: 'euclidean', n_samples: 2, seed: 1 } }),
      'no sample is near enough to the input to count at kernel_width=0.000001',
    ],
    [
      'more steps than are good for anything',
      () => ofRows({ method: 'IntegratedGradients', set: { n_steps: 1e9 } }),
      'n_steps should be a whole number from 1 to 10000, not 1000000000',
    ],
    [
      'a map of what has no height and width',
      () => ofRows({ method: 'GuidedGradCam', layer: 'fc2' }),
      'map cannot be brought to the size of the input (no height and width to no height and width)',
    ],
    [
      'a ragged mask',
      () => ofRows({ method: 'FeatureAblation', set: { feature_mask: [[0, 1], [2]] } }),
      'all as long as those beside them',
    ],
  ];

  it.each(refused)('%s', async (_title, run, words) => {
    await expect(run()).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining(words) });
  });
});

it('a permutation where the model takes one example at a time says so', async () => {
  const single = Model.open(path.join(FIXTURES, 'corpus/models/embedding.onnx'), { threads: 1 });
  const feeds = { image: floats([1, 3, 32, 32], new Float32Array(3 * 32 * 32)) };
  await expect(attribute(single, { method: 'FeaturePermutation', feeds, target: 0, set: { feature_mask: [0] } })).rejects.toMatchObject({
    kind: 'unsupported',
    message: expect.stringContaining('takes one example at a time'),
  });
  await single.release();
});

describe('a layer that gives a label before its scores', () => {
  let trees: Model;
  beforeAll(() => {
    trees = Model.open(path.join(FIXTURES, 'methods/models/trees.onnx'), { threads: 1 });
  });
  afterAll(() => trees.release());
  const row = { input: floats([1, 4], [0.3, -1, 2, 0.5]) };
  const layer = 'TreeEnsembleClassifier_0';

  it.each(['LayerActivation', 'LayerGradientXActivation', 'LayerIntegratedGradients', 'LayerLRP', 'LayerFeatureAblation'])(
    '%s: is explained by the scores',
    async (method) => {
      const scores = await scoresOf(trees, 'scores', row);
      const { parts } = await attribute(trees, { method, feeds: row, layer, ...(method !== 'LayerActivation' && { target: 1 }), set: {} });
      expect(parts.map(({ name }) => name)).toEqual(['scores']);
      expect(parts[0].tensor.data[1]).toBeCloseTo(
        method === 'LayerIntegratedGradients'
          ? scoreLess(scores, await scoresOf(trees, 'scores', { input: floats([1, 4], [0, 0, 0, 0]) }))
          : Number(scores.data[1]),
        5,
      );
    },
  );

  it('the label has no neurons', async () => {
    const job = { method: 'NeuronGradient', feeds: row, layer: 'label', neuron: [0], set: {} };
    await expect(attribute(trees, job)).rejects.toThrow('The layer label has one number per example');
  });
});

const scoreLess = (here: Tensor<'float32'>, there: Tensor<'float32'>): number => Number(here.data[1]) - Number(there.data[1]);
