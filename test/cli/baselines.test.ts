import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeNpy } from '../../src/tensor/npy.ts';
import { tensor } from '../../src/tensor/tensor.ts';
import { buildProgram, HOUSE, inspectum, printed, SHAPES, temporaryFolder } from './program.ts';

buildProgram();

describe('--baseline', () => {
  const args = ['attribute', SHAPES, '--input', HOUSE, '--target', '3', '--method'];

  const report = async (...more: string[]) => {
    const out = path.join(temporaryFolder(), 'a.json');
    const text = await printed([...args, ...more, '--out', out]);
    return { text, ...JSON.parse(readFileSync(out, 'utf8')) };
  };

  test('is said in pixels, in the text and in the report', async () => {
    const { text, baselines } = await report('IntegratedGradients', '--set', 'n_steps=3', '--baseline', 'black');
    expect(text).toContain('compared with black (every pixel 0)');
    expect(baselines).toEqual([{ input: 'image', baseline: 'black', text: 'black (every pixel 0)' }]);
    expect((await report('IntegratedGradients', '--set', 'n_steps=3')).baselines).toEqual([
      { input: 'image', baseline: 'zero', text: 'zero of the normalised input: the colour 124, 116, 104' },
    ]);
    expect(await report('Saliency')).not.toHaveProperty('baselines');
  });

  test('the text says what the convergence delta means, how many samples there were, and what else is to be known', async () => {
    const { text, delta, attribution } = await report('IntegratedGradients', '--set', 'n_steps=3');
    const [, line = ''] = text.split('\n');
    const [difference = 0, sum = 0, said = 0] = [...line.matchAll(/-?\d+\.\d+/g)].map(Number);
    expect(line).toMatch(/^The score differs from the baseline's by .*, the attributions sum up to .*: the convergence delta is .*\.$/);
    expect(sum).toBeCloseTo(attribution.sum, 4);
    expect(said).toBeCloseTo(delta[0], 1);
    expect(difference).toBeCloseTo(sum - said, 2);
    const shap = await report('GradientShap', '--baseline', 'black', '--set', 'n_samples=4', '--set', 'seed=9');
    expect(shap.text).toContain('Made from 4 samples, random by the seed 9.');
    expect(shap).toMatchObject({ seed: 9, samples: 4 });
  });

  test('noise is the same again with the same seed', async () => {
    const noisy = (seed: number) => report('DeepLiftShap', '--baseline', 'noise:3', '--set', `seed=${seed}`);
    const [first, again, other] = [await noisy(4), await noisy(4), await noisy(5)];
    expect(first.baselines).toMatchObject([{ baseline: 'noise:3', examples: 3, seed: 4 }]);
    expect(again.attribution).toEqual(first.attribution);
    expect(other.attribution.sum).not.toBe(first.attribution.sum);
  });

  test("of a layer's value: a number or a .npy file of its shape, and no picture", async () => {
    const ablated = ['LayerFeatureAblation', '--layer', 'flatten', '--baseline'];
    const { baselines, attribution, layer } = await report(...ablated, '0.25');
    expect(baselines).toEqual([{ input: expect.any(String), baseline: 0.25, text: '0.25 everywhere' }]);
    expect(layer).toBe('flatten');
    const file = path.join(temporaryFolder(), 'quarter.npy');
    writeFileSync(file, writeNpy(tensor('float32', attribution.shape, new Float32Array(attribution.shape[1]).fill(0.25))));
    const same = await report(...ablated, file);
    expect(same.baselines).toMatchObject([{ baseline: file, text: 'quarter.npy' }]);
    expect(same.attribution).toEqual(attribution);
    const { status, stderr } = await inspectum([...args, ...ablated, 'black']);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/a layer's value: give a number, or a \.npy file of its shape/)]);
  });

  test('several files, by name, and in a batch, are one distribution', async () => {
    const files = ['samples/images/key-and-umbrella.jpg', 'samples/images/cactus.png'];
    const { baselines, attribution } = await report('DeepLiftShap', ...files.flatMap((file) => ['--baseline', `image=${file}`]));
    expect(baselines).toMatchObject([{ input: 'image', baseline: files, examples: 2, text: 'key-and-umbrella.jpg and cactus.png' }]);
    const jobs = path.join(temporaryFolder(), 'jobs.jsonl');
    const out = path.join(path.dirname(jobs), 'a.json');
    const job = { model: SHAPES, input: HOUSE, method: 'DeepLiftShap', target: 3, out };
    for (const baseline of [files, { image: files }]) {
      writeFileSync(jobs, JSON.stringify({ ...job, baseline }));
      await printed(['batch', jobs]);
      expect(JSON.parse(readFileSync(out, 'utf8')).attribution).toEqual(attribution);
    }
  });
});
