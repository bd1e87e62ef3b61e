import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type AttributionResult, attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { parseNeuron } from '../../src/app/target/neuron.ts';
import { Baselines } from '../../src/attribution/baselines.ts';
import { floats } from '../../src/tensor/tensor.ts';
import { relativeDistance } from '../tools/distance.ts';

type Rows = readonly (readonly number[])[];

/** What test/fixtures/methods/make_expectations.py writes: exact expectations. */
interface Expectations extends Readonly<Record<string, unknown>> {
  readonly model: string;
  readonly target: number;
  readonly stdev: number;
  readonly input: Rows;
  readonly baselines: Rows;
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures/methods');
const exact: Expectations = JSON.parse(readFileSync(path.join(FIXTURES, 'expectations/tanh.json'), 'utf8'));
const tensorOf = (rows: Rows) => floats([rows.length, rows[0]?.length ?? 0], rows.flat());

/** Independent runs, of so many samples each. */
const RUNS = 12;
const SAMPLES = 200;
/** How far the mean of all runs may be from the expectation, in standard errors of it; a right method fails in 1 of 10⁴ elements. */
const ERRORS = 6;
/** And as relative L2 distance, so that a large error cannot hide behind a large spread. */
const DISTANCE = 0.05;

const model = Model.open(path.join(FIXTURES, exact.model), { threads: 1 });
afterAll(() => model.release());
const feeds = { input: tensorOf(exact.input) };
const baselines = new Baselines(new Map([['input', tensorOf(exact.baselines)]]));
const { stdev: stdevs, target } = exact;
const tunnel = (nt_type: string, nt_samples = SAMPLES) => ({ noise_tunnel: { nt_type, nt_samples, stdevs } });

type Job = Omit<Parameters<typeof attribute>[1], 'feeds'>;
const run = (job: Job, seed?: number): Promise<AttributionResult> =>
  attribute(model, { ...job, feeds, set: { ...job.set, ...(seed !== undefined && { seed }) } });

const shap = { target, baselines, set: { n_samples: SAMPLES } };
const cases: readonly (readonly [string, Job])[] = [
  ['smoothgrad', { method: 'Saliency', target, set: { abs: false, ...tunnel('smoothgrad') } }],
  ['smoothgrad_sq', { method: 'Saliency', target, set: { abs: false, ...tunnel('smoothgrad_sq') } }],
  ['vargrad', { method: 'Saliency', target, set: { abs: false, ...tunnel('vargrad') } }],
  ['GradientShap', { ...shap, method: 'GradientShap' }],
  ['GradientShap with noise', { ...shap, method: 'GradientShap', set: { ...shap.set, stdevs } }],
  ['LayerGradientShap', { ...shap, method: 'LayerGradientShap', layer: '1' }],
];

describe.each(cases)('%s', (name, job) => {
  it(`has its exact expectation, within ${ERRORS} standard errors of ${RUNS * SAMPLES} samples`, async () => {
    const results = await Promise.all(Array.from({ length: RUNS }, (_, i) => run(job, 100 + i)));
    for (const result of results) expect(result.samples).toBe(SAMPLES);
    const expected = (exact[name] as Rows).flat();
    const means = expected.map((_, i) => results.reduce((sum, { attribution }) => sum + (attribution.data[i] as number), 0) / RUNS);
    expected.forEach((value, i) => {
      const mean = means[i] as number;
      const spread = results.reduce((sum, { attribution }) => sum + ((attribution.data[i] as number) - mean) ** 2, 0) / (RUNS - 1);
      expect(Math.abs(mean - value)).toBeLessThanOrEqual(ERRORS * Math.sqrt(spread / RUNS) + 1e-6);
    });
    expect(relativeDistance(means, expected)).toBeLessThanOrEqual(DISTANCE);
  });

  it('is the same for a seed, and another for another', async () => {
    const [first, again, other, none, zero] = await Promise.all([run(job, 7), run(job, 7), run(job, 8), run(job), run(job, 0)]);
    expect(again.attribution.data).toEqual(first.attribution.data);
    expect(other.attribution.data).not.toEqual(first.attribution.data);
    expect(none.attribution.data).toEqual(zero.attribution.data);
    expect([first.seed, none.seed]).toEqual([7, 0]);
  });
});

it('GradientShap: attributions sum up to the differences of the samples', async () => {
  const { delta } = await run({ ...shap, method: 'GradientShap', set: { n_samples: 5000 } });
  for (const missing of delta ?? [1]) expect(Math.abs(missing)).toBeLessThan(0.1);
});

it('NeuronGradientShap is GradientShap of the neuron', async () => {
  const neuron = await run({ method: 'NeuronGradientShap', layer: '2', neuron: parseNeuron('1'), baselines, set: shap.set }, 3);
  const output = await run({ ...shap, method: 'GradientShap' }, 3);
  expect(neuron.attribution.data).toEqual(output.attribution.data);
});

describe('NoiseTunnel', () => {
  it('without noise changes nothing, whatever it wraps', async () => {
    const quiet = { noise_tunnel: { nt_samples: 2, stdevs: 0 } };
    const wrapped: readonly Job[] = [
      { method: 'IntegratedGradients', target, set: {} },
      { method: 'LayerIntegratedGradients', layer: '1', target, set: {} },
      { method: 'LayerActivation', layer: '1', set: {} },
      { method: 'NeuronGradient', layer: '1', neuron: parseNeuron('1:3'), set: {} },
    ];
    for (const job of wrapped) {
      const [plain, tunnelled] = [await run(job), await run({ ...job, set: quiet })];
      expect(relativeDistance(tunnelled.attribution.data, plain.attribution.data)).toBeLessThanOrEqual(1e-6);
      expect(tunnelled.delta?.length).toBe(plain.delta?.length);
    }
  });

  it('draws another baseline for every sample where that is wanted', async () => {
    const set = { n_steps: 20, noise_tunnel: { nt_samples: 2000, stdevs: 0, draw_baseline_from_distrib: true } };
    const { attribution } = await run({ method: 'IntegratedGradients', target, baselines, set }, 1);
    expect(relativeDistance(attribution.data, (exact.GradientShap as Rows).flat())).toBeLessThanOrEqual(DISTANCE);
  });

  it('reports how far it is, with what there is of the result', async () => {
    const heard: number[] = [];
    const waiting = {
      progress: (done: number, total: number, partial?: () => { readonly samples?: number }) => {
        heard.push(done / total);
        if (partial) expect(partial().samples).toBe(Math.round((done / total) * 4));
      },
    };
    await run({ method: 'IntegratedGradients', target, set: tunnel('smoothgrad', 4), waiting } as Job);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard.at(-1)).toBe(1);
  });

  it.each([
    [3, /noise_tunnel should be like/],
    [{ nt_type: 'x' }, /nt_type should be one of smoothgrad/],
    [{ stdevs: -1 }, /stdevs should be a number from 0, or a list/],
    [{ stdevs: [1, 2] }, /one for every input: there are 1/],
    [{ samples: 3 }, /NoiseTunnel has no parameter "samples"/],
  ])('%j is refused', async (noise_tunnel, message) => {
    await expect(run({ method: 'Saliency', target, set: { noise_tunnel } })).rejects.toThrow(message);
  });
});
