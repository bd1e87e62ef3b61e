import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attribute, attributedInputs } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { type Point, Subject } from '../../src/attribution/evaluation/subject.ts';
import { infidelityOf, type Perturbation } from '../../src/attribution/metrics/infidelity.ts';
import { type Norm, sensitivityOf } from '../../src/attribution/metrics/sensitivityMax.ts';
import { Work } from '../../src/attribution/work.ts';
import { floats, type Tensor } from '../../src/tensor/tensor.ts';
import { relativeDistance } from '../tools/distance.ts';

type Stored = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: readonly number[] }>>;

/** What test/fixtures/metrics/make.py writes of Captum. Numbers are per example. */
interface Case {
  readonly file: string;
  readonly method: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly target: number;
  readonly inputs: Stored;
  readonly attributions: Stored;
  /** Input less perturbed input, for every perturbation; and the numbers that they are multiplied by for infidelity. */
  readonly changes: Stored;
  readonly factors: Stored;
  readonly infidelity: readonly number[];
  readonly normalized: readonly number[];
  readonly sensitivity: Readonly<Record<Norm, readonly number[]>>;
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures');
const cases: readonly Case[] = JSON.parse(readFileSync(path.join(FIXTURES, 'metrics/metrics.json'), 'utf8'));

const tensors = (stored: Stored): Point =>
  Object.fromEntries(Object.entries(stored).map(([name, { dims, data }]) => [name, floats(dims, data)]));

/** The perturbations that are stored with a case. */
function perturbationsOf({ inputs, changes, factors }: Case): readonly Perturbation[] {
  const count = Object.values(changes)[0]?.dims[0] ?? 0;
  const each = (k: number, of: (name: string, at: number, i: number) => number): Point =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { dims, data }]) => [
        name,
        floats(
          dims,
          Array.from(data.keys(), (i) => of(name, k * data.length + i, i)),
        ),
      ]),
    );
  return Array.from({ length: count }, (_, k) => ({
    change: each(k, (name, at) => (changes[name]?.data[at] as number) * (factors[name]?.data[at] as number)),
    perturbed: each(k, (name, at, i) => (inputs[name]?.data[i] as number) - (changes[name]?.data[at] as number)),
  }));
}

const models = new Map<string, Model>();
function open(file: string): Model {
  const model = models.get(file) ?? Model.open(path.join(FIXTURES, file), { threads: 1 });
  models.set(file, model);
  return model;
}
afterAll(() => Promise.all([...models.values()].map((model) => model.release())));

describe.each(cases)('$file $method of $target', (stored) => {
  const { file, method, set, target, attributions } = stored;
  const feeds = tensors(stored.inputs);
  const parts = Object.entries(tensors(attributions)).map(([name, tensor]) => ({ name, tensor }));
  const perturbations = perturbationsOf(stored);
  const count = perturbations.length;

  it.each([
    ['infidelity', false, stored.infidelity],
    ['normalised infidelity', true, stored.normalized],
  ])('%s is that of Captum', async (_, normalize, expected) => {
    const model = open(file);
    const subject = new Subject({
      graph: model.graph,
      session: model.session,
      feeds,
      attributed: attributedInputs(model),
      output: model.output,
      target,
    });
    const found = await infidelityOf(subject, parts, { count, perturbations }, { normalize, work: new Work() });
    expect(relativeDistance(found, expected)).toBeLessThan(1e-4);
  });

  it.each(Object.entries(stored.sensitivity))('sensitivity_max by the norm %s is that of Captum', async (norm, expected) => {
    const model = open(file);
    const explain = async (i: number) => (await attribute(model, { method, feeds: perturbations[i]?.perturbed ?? {}, target, set })).parts;
    const found = await sensitivityOf(parts, count, norm as Norm, explain);
    expect(relativeDistance(found, expected)).toBeLessThan(1e-3);
  });
});

describe('metrics of a method', () => {
  const model = open('networks/models/perceptron.script.onnx');
  const input: Tensor<'float32'> = floats(
    [2, 12],
    Array.from({ length: 24 }, (_, i) => Math.sin(3 * i) + 0.3),
  );
  const measure = async (method: string, set: Record<string, unknown>, more = {}) =>
    (await attribute(model, { method, feeds: { input }, target: 1, set, ...more })).metrics ?? {};

  it('are of every example, fixed by the seed, and say what they were asked', async () => {
    const set = { infidelity: { stdev: 0.1 }, sensitivity_max: {} };
    const [first, again, other] = await Promise.all([
      measure('Saliency', set),
      measure('Saliency', set),
      measure('Saliency', { ...set, seed: 3 }),
    ]);
    expect(Object.entries(first).map(([name, values]) => [name, values.length])).toEqual([
      ['infidelity', 2],
      ['sensitivity_max', 2],
    ]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const { measured, seed } = await attribute(model, { method: 'Saliency', feeds: { input }, target: 1, set });
    expect(measured).toMatchObject({ infidelity: { stdev: 0.1, n_perturb_samples: 10 }, sensitivity_max: { norm_ord: 'fro' } });
    expect(seed).toBe(0);
  });

  it('the gradient is faithful to small changes, as its absolute values are not', async () => {
    const set = { infidelity: { stdev: 0.001, n_perturb_samples: 50 } };
    const [gradient = []] = Object.values(await measure('Saliency', { abs: false, ...set }));
    const [absolute = []] = Object.values(await measure('Saliency', set));
    gradient.forEach((value, example) => {
      expect(value).toBeLessThan(0.01 * (absolute[example] as number));
    });
  });

  it('an attribution times the input is as faithful when the change is divided by the input', async () => {
    const set = { n_perturb_samples: 20, stdev: 0.05 };
    const gradient = await measure('Saliency', { abs: false, infidelity: set });
    const times = await measure('InputXGradient', { infidelity: { ...set, multiply_by_inputs: true } });
    expect(relativeDistance(times.infidelity ?? [], gradient.infidelity ?? [])).toBeLessThan(1e-3);
  });

  it('a method that draws random numbers draws the same at every perturbed input', async () => {
    const set = { n_samples: 5, sensitivity_max: { perturb_radius: 0, n_perturb_samples: 2 } };
    expect(await measure('ShapleyValueSampling', set)).toEqual({ sensitivity_max: [0, 0] });
  });

  it('of layers and neurons, and behind NoiseTunnel', async () => {
    const noise_tunnel = { nt_samples: 2, stdevs: 0.1 };
    expect((await measure('LayerGradCam', { sensitivity_max: {} }, { layer: 'fc1' })).sensitivity_max).toHaveLength(2);
    const neuron = { layer: 'fc1', neuron: [1], target: undefined };
    expect((await measure('NeuronGradient', { infidelity: {} }, neuron)).infidelity?.every((value) => value < 1e-9)).toBe(true);
    expect((await measure('Saliency', { noise_tunnel, infidelity: {} })).infidelity).toHaveLength(2);
  });

  it.each([
    ['LayerGradCam', { infidelity: {} }, { layer: 'fc1' }, 'infidelity perturbs the input, but LayerGradCam attributes to a layer'],
    ['Saliency', { infidelity: 3 }, {}, 'infidelity should be a table of its parameters, {} for their defaults, not 3'],
    ['Saliency', { infidelity: { stddev: 1 } }, {}, 'infidelity has no parameter "stddev"'],
    ['Saliency', { sensitivity_max: { perturb_radius: -1 } }, {}, 'perturb_radius should be a number from 0'],
  ])('%s %j %j is refused', async (method, set, more, message) => {
    await expect(measure(method, set, more)).rejects.toThrow(message);
  });
});
