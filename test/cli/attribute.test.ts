import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readNpy } from '../../src/tensor/npy.ts';
import { buildProgram, fixture, HOUSE, IMAGE, inspectum, json, npy, printed, SHAPES, temporaryFolder } from './program.ts';

buildProgram();

const CAM = ['--method', 'LayerGradCam', '--layer', 'features.1'];

describe('attribute', () => {
  const model = fixture('torchscript.onnx');

  test('--layer takes a module path, a node and a value, alike', async () => {
    const folder = temporaryFolder();
    const layers = ['features.1.conv1', '/features/features.1/conv1/Conv', '/features/features.1/conv1/Conv_output_0'];
    const maps = [];
    for (const [i, layer] of layers.entries()) {
      const out = path.join(folder, `${i}.npy`);
      await printed(['attribute', model, '--input', IMAGE, '--method', 'LayerGradCam', '--layer', layer, '--target', '1', '--out', out]);
      maps.push(npy(out));
    }
    expect(maps[0]?.dims).toEqual([1, 1, 4, 4]);
    expect(maps[1]).toEqual(maps[0]);
    expect(maps[2]).toEqual(maps[0]);
  });

  test('a module in a module of which it is all, by either path', async () => {
    const args = ['attribute', model, '--input', IMAGE, '--method', 'LayerActivation', '--layer'];
    const [outer, inner] = [await printed([...args, 'features.1.downsample']), await printed([...args, 'features.1.downsample.0'])];
    expect(inner.replace('downsample.0', 'downsample')).toBe(outer);
  });

  test('--set gives parameters and the mode of upsampling', async () => {
    const folder = temporaryFolder();
    const raw = path.join(folder, 'raw.npy');
    const relu = path.join(folder, 'relu.npy');
    const large = path.join(folder, 'large.npy');
    const args = ['attribute', model, '--input', IMAGE, ...CAM, '--target', '1'];
    await printed([...args, '--out', raw]);
    await printed([...args, '--set', 'relu_attributions=true', '--out', relu]);
    await printed([...args, '--set', `interpolate="nearest"`, '--out', large]);
    const map = npy(raw);
    expect([...npy(relu).data]).toEqual([...map.data].map((v) => Math.max(0, Number(v))));
    const upsampled = npy(large);
    expect(upsampled.dims).toEqual([1, 1, 8, 8]);
    expect([...upsampled.data]).toEqual(Array.from({ length: 64 }, (_, i) => map.data[4 * (i >> 4) + ((i >> 1) & 3)]));
  });

  test('--target of an output with height and width; --target none where there is nothing to choose', async () => {
    const segmentation = ['attribute', fixture('segmentation.onnx'), '--input', HOUSE];
    expect(await printed([...segmentation, '--method', 'LayerGradCam', '--layer', 'first', '--target', '1,2,3'])).toContain(
      'target 1,2,3 of',
    );
    expect(await printed([...segmentation, '--method', 'LayerActivation', '--layer', 'relu', '--target', 'none'])).toContain('1×5×6×6');
  });

  test('--target of a sum: the sum of what its elements give', async () => {
    const folder = temporaryFolder();
    const maps = ['3-1', '3', '1'].map((target) => [target, path.join(folder, `${target}.npy`)] as const);
    for (const [target, out] of maps)
      expect(
        await printed(['attribute', fixture('torchscript.onnx'), '--input', IMAGE, ...CAM, '--target', target, '--out', out]),
      ).toContain(`target ${target} of scores`);
    const [difference = [], three = [], one = []] = maps.map(([, file]) => [...npy(file).data].map(Number));
    difference.forEach((value, i) => {
      expect(value).toBeCloseTo((three[i] as number) - (one[i] as number), 5);
    });
    await printed(['sweep', SHAPES, '--input', HOUSE, '--target', '3-1+2*0', '--out', folder]);
    const { output } = await json('predict', SHAPES, '--input', HOUSE);
    expect(JSON.parse(readFileSync(path.join(folder, 'sweep.json'), 'utf8')).target).toMatchObject({
      index: -1,
      text: 'house − cactus + 2 × balloon',
      score: expect.closeTo(output[3] - output[1] + 2 * output[0], 4),
    });
    const jobs = path.join(folder, 'jobs.jsonl');
    const out = path.join(folder, 'batch.npy');
    writeFileSync(
      jobs,
      JSON.stringify({ model: fixture('torchscript.onnx'), input: IMAGE, method: 'LayerGradCam', layer: 'features.1', target: '3-1', out }),
    );
    await printed(['batch', jobs]);
    expect([...npy(out).data]).toEqual(difference);
  });

  test('--output explains what stands before the Softmax', async () => {
    const args = [
      'attribute',
      fixture('probabilities.onnx'),
      '--input',
      HOUSE,
      '--method',
      'LayerGradCam',
      '--layer',
      'conv',
      '--target',
      '0',
    ];
    expect(await printed([...args, '--output', 'logits'])).toContain('target 0 of logits');
    expect(await printed(args)).toContain('target 0 of probabilities');
  });

  test('--out .png is a picture of the image', async () => {
    const out = path.join(temporaryFolder(), 'overlay.png');
    await printed(['attribute', SHAPES, '--input', HOUSE, '--method', 'LayerGradCam', '--layer', 'stage2', '--out', out]);
    const { width, height } = decode(readFileSync(out));
    expect(Math.min(width, height)).toBeGreaterThan(100);
  });

  test('--out .npz has an array for every input by its name; a .npy has one, and that is said', async () => {
    const folder = temporaryFolder();
    const [npz, one, report] = ['all.npz', 'one.npy', 'report.json'].map((name) => path.join(folder, name)) as [string, string, string];
    const feeds = ['image', 'features', 'ids'].flatMap((name) => ['--input', `${name}=${fixture(`inputs.${name}.npy`)}`]);
    const args = ['attribute', fixture('inputs.onnx'), ...feeds, '--method', 'Saliency', '--target', '0', '--out'];
    await printed([...args, report]);
    expect(await printed([...args, one])).toContain(`that to image alone written to ${one} (a .npz holds all)`);
    expect(await printed([...args, npz])).toContain(`; written to ${npz}`);
    const arrays = Object.entries(unzipSync(readFileSync(npz))).map(([file, bytes]) => [file, readNpy(bytes, file)] as const);
    const { attributions } = JSON.parse(readFileSync(report, 'utf8'));
    expect(Object.keys(attributions)).toEqual(['image', 'features']);
    expect(arrays.map(([file, { dims }]) => [file, dims])).toEqual(
      Object.entries<{ shape: number[] }>(attributions).map(([name, { shape }]) => [`${name}.npy`, shape]),
    );
    expect(arrays[0]?.[1]).toEqual(npy(one));
    for (const [name, { sum }] of Object.entries<{ sum: number }>(attributions)) {
      const array = arrays.find(([file]) => file === `${name}.npy`)?.[1];
      expect([...(array?.data ?? [])].reduce<number>((total, value) => total + Number(value), 0)).toBeCloseTo(sum, 5);
    }
  });

  test('--out .json is enough to do it again', async () => {
    const out = path.join(temporaryFolder(), 'report.json');
    await printed(['attribute', SHAPES, '--input', HOUSE, '--method', 'LayerGradCam', '--layer', 'stage2', '--out', out]);
    const report = JSON.parse(readFileSync(out, 'utf8'));
    expect(report).toMatchObject({
      model: { path: path.resolve(SHAPES), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      input: [HOUSE],
      method: 'LayerGradCam',
      layer: 'stage2',
      target: 3,
      output: 'logits',
      parameters: { relu_attributions: false },
      attribution: { shape: [1, 1, 16, 16] },
      prediction: { top: expect.any(Array) },
      preprocessing: { size: [128, 128] },
    });
  });

  test('an operator without gradient stops what stands before it, and that alone', async () => {
    const args = ['attribute', fixture('no-gradient.onnx'), '--input', HOUSE, '--method', 'LayerGradCam', '--layer'];
    expect(await printed([...args, 'conv2'])).toContain('1×1×4×4');
    const { status, stderr } = await inspectum([...args, 'conv1']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/com\.microsoft:Trilu.*node middle.*Layers after it can be explained/);
  });
});

test('metrics are printed, and stand in the report and in the answers of batch', async () => {
  const folder = temporaryFolder();
  const set = ['--set', 'infidelity={"n_perturb_samples":3,"stdev":0.05}', '--set', 'sensitivity_max={"n_perturb_samples":2}'];
  const out = path.join(folder, 'report.json');
  const text = await printed(['attribute', SHAPES, '--input', HOUSE, '--method', 'Saliency', ...set, '--out', out]);
  const { metrics, measured } = JSON.parse(readFileSync(out, 'utf8'));
  const lines = ['infidelity', 'sensitivity_max'].map((name) => `${name} ${metrics[name][0].toPrecision(6)}`);
  expect(text.split('\n')).toEqual(expect.arrayContaining(lines));
  expect(measured.infidelity).toEqual({ n_perturb_samples: 3, stdev: 0.05, multiply_by_inputs: false, normalize: false });
  const jobs = path.join(folder, 'jobs.jsonl');
  writeFileSync(jobs, JSON.stringify({ model: SHAPES, input: HOUSE, method: 'Saliency', set: { infidelity: measured.infidelity } }));
  expect(JSON.parse(await printed(['batch', jobs]))).toMatchObject({ ok: true, metrics: { infidelity: metrics.infidelity } });
});
