import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { readNpy, writeNpy } from '../../src/tensor/npy.ts';
import { type Tensor, tensor } from '../../src/tensor/tensor.ts';
import { buildProgram, expected, fixture, HOUSE, IMAGE, inspectum, NODES, printed, SHAPES, temporaryFolder } from './program.ts';

buildProgram();

const json = async (...args: string[]) => JSON.parse(await printed([...args, '--json']));

const npy = (file: string) => readNpy(readFileSync(file), file);

const CAM = ['--method', 'LayerGradCam', '--layer', 'features.1'];

describe.each(NODES)('Node %s', (_, node) => {
  test('runs every command', async () => {
    const folder = temporaryFolder();
    const options = { node };
    expect(await printed(['layers', SHAPES], options)).toContain('stage1.0.expand');
    expect(await printed(['predict', SHAPES, '--input', HOUSE], options)).toMatch(/99\.9%\s+3\s+house/);
    expect(await printed(['attribute', SHAPES, '--input', HOUSE, '--method', 'LayerGradCam', '--layer', 'stage2'], options)).toContain(
      'target 3 of logits',
    );
    await printed(['sweep', SHAPES, '--input', HOUSE, '--out', folder], options);
    expect(readdirSync(folder)).toContain('sweep.json');
    const jobs = path.join(folder, 'jobs.jsonl');
    writeFileSync(jobs, JSON.stringify({ model: SHAPES, input: HOUSE, method: 'Saliency' }));
    expect(JSON.parse(await printed(['batch', jobs], options))).toMatchObject({ line: 1, ok: true, shape: [1, 3, 128, 128] });
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

describe('layers', () => {
  test('--json: inputs, outputs and rows of the contract', async () => {
    const { inputs, outputs, layers, ...more } = await json('layers', fixture('torchscript.onnx'));
    expect(more).toEqual({ convention: expect.objectContaining({ name: 'ImageNet mean/std', guessed: true, sizeFrom: 'model' }) });
    expect(inputs).toEqual([{ name: 'image', dtype: 'float32', shape: ['n', 3, 8, 8] }]);
    expect(outputs).toEqual([{ name: 'scores', dtype: 'float32', shape: ['n', 5] }]);
    const fields = ['id', 'node', 'op', 'output', 'shape', 'params'];
    const check = (row: Record<string, unknown>): void => {
      const { children, ...own } = row;
      expect(Object.keys(own)).toEqual(fields);
      if (children !== undefined) (children as Record<string, unknown>[]).forEach(check);
    };
    layers.forEach(check);
    expect(layers[0]).toMatchObject({ id: 'features', node: null, op: null, shape: ['n', 6, 4, 4], params: 694 });
    expect(layers[0].children[0].children[0]).toEqual({
      id: 'features.0.0',
      node: '/features/features.0/features.0.0/Conv',
      op: 'Conv',
      output: '/features/features.0/features.0.0/Conv_output_0',
      shape: ['n', 4, 8, 8],
      params: 3 * 4 * 9 + 4,
    });
  });

  test('an unknown operator is a row, and what its file does not say of shapes is null', async () => {
    const file = path.join(temporaryFolder(), 'model.onnx');
    const bytes = readFileSync(fixture('custom-operator.onnx'));
    // The value_info is moved to a value that is not there.
    bytes.write('?', bytes.lastIndexOf('b\x12'));
    writeFileSync(file, bytes);
    const { layers } = await json('layers', file);
    const rows = layers.map(({ id, op, shape }: { id: string; op: string; shape: unknown }) => [id, op, shape]);
    expect(rows.slice(0, 3)).toEqual([
      ['conv1', 'Conv', [1, 4, 6, 6]],
      ['middle', 'Mystery', null],
      ['conv2', 'Conv', null],
    ]);
  });

  test('codes that steer a terminal are not passed on', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'model.onnx');
    const bytes = readFileSync(fixture('probabilities.onnx'));
    bytes.set(Buffer.from('\x1b[2J', 'latin1'), bytes.indexOf('conv'));
    writeFileSync(file, bytes);
    const text = await printed(['layers', file]);
    expect(text).toContain('\ufffd[2J');
    expect(text).not.toContain('\x1b');
  });
});

describe('predict', () => {
  test('--json: scores as ONNX Runtime gives them, best first', async () => {
    const answer = await json('predict', fixture('torchscript.onnx'), '--input', IMAGE, '--top', '2');
    expect(Object.keys(answer)).toEqual(['input', 'output', 'top']);
    expect(answer.input).toBe(IMAGE);
    const want: number[] = expected['torchscript scores'];
    for (const [i, score] of answer.output.entries()) expect(score).toBeCloseTo(want[i] as number, 6);
    const total = want.reduce((sum, v) => sum + Math.exp(v), 0);
    const best = want.map((score, index) => ({ index, score })).sort((a, b) => b.score - a.score);
    expect(answer.top).toHaveLength(2);
    answer.top.forEach((found: { index: number; score: number; probability: number }, i: number) => {
      expect(Object.keys(found)).toEqual(['index', 'score', 'probability']);
      expect(found.index).toBe(best[i]?.index);
      expect(found.probability).toBeCloseTo(Math.exp(best[i]?.score ?? 0) / total, 6);
    });
  });

  test('an image by the configuration beside the model, with labels', async () => {
    const { top } = await json('predict', SHAPES, '--input', HOUSE);
    expect(top[0]).toMatchObject({ index: 3, label: 'house' });
    expect(top).toHaveLength(5);
  });

  test('the same picture in any format that keeps its pixels gives the same scores', async () => {
    const scoresOf = async (name: string) => (await json('predict', SHAPES, '--input', `test/fixtures/image/files/${name}`)).output;
    const wanted = await scoresOf('rgb.png');
    for (const name of ['rgb-tiff_lzw.tif', 'tiles-big.tif', 'planes.tif', 'rgb.bmp', 'alpha.tif'])
      expect(await scoresOf(name), name).toEqual(wanted);
    expect(await scoresOf('palette.gif')).toEqual(await scoresOf('palette.tif'));
  });

  test('--config takes another configuration', async () => {
    const file = path.join(temporaryFolder(), 'other.json');
    const names = Array.from({ length: 10 }, (_, i) => `thing ${i}`);
    writeFileSync(file, JSON.stringify({ input: { size: [128, 128], fit: 'squash', range: [-1, 1] }, labels: names, output: 'logits' }));
    const { top } = await json('predict', SHAPES, '--input', HOUSE, '--config', file);
    expect(top[0].label).toBe(`thing ${top[0].index}`);
  });

  test('several inputs by name', async () => {
    const feeds = ['image', 'features', 'ids'].flatMap((name) => ['--input', `${name}=${fixture(`inputs.${name}.npy`)}`]);
    const { output } = await json('predict', fixture('inputs.onnx'), ...feeds);
    for (const [i, score] of output.entries()) expect(score).toBeCloseTo(expected['inputs scores'][i], 5);
  });

  test('probabilities of a model that ends in Softmax are its own; --output names what stands before', async () => {
    const model = fixture('probabilities.onnx');
    const own = await json('predict', model, '--input', HOUSE);
    expect(own.top[0].probability).toBe(own.top[0].score);
    const logits = await json('predict', model, '--input', HOUSE, '--output', 'logits');
    expect(logits.top[0].index).toBe(own.top[0].index);
    expect(logits.top[0].probability).toBeCloseTo(own.top[0].probability, 6);
    expect(logits.top[0].score).not.toBeCloseTo(own.top[0].score, 2);
  });

  test('of several examples: all scores, and the best classes of the first', async () => {
    const file = path.join(temporaryFolder(), 'two.npy');
    const one = npy(IMAGE) as Tensor<'float32'>;
    const two = new Float32Array(2 * one.data.length);
    two.set(one.data, one.data.length);
    writeFileSync(file, writeNpy(tensor('float32', [2, 3, 8, 8], two)));
    const answer = await json('predict', fixture('torchscript.onnx'), '--input', file, '--top', '9', '--threads', '1', '--quiet');
    expect(answer.output).toHaveLength(10);
    expect(answer.top).toHaveLength(5);
    expect(answer.top[0].score).toBe(Math.max(...answer.output.slice(0, 5)));
    for (const [i, score] of answer.output.slice(5).entries()) expect(score).toBeCloseTo(expected['torchscript scores'][i], 5);
    expect(await printed(['predict', fixture('torchscript.onnx'), '--input', file])).toContain('the first of 2 examples');
  });

  test.each([
    ['<f8', Float64Array],
    ['|u1', Uint8Array],
    ['<i4', Int32Array],
    ['<i8', BigInt64Array],
  ] as const)('.npy of %s is fed as numbers', async (description, Type) => {
    const values = [3, 0, 7, 1, 2, 250, 9, 4];
    const write = (name: string, descr: string, data: ArrayBufferView): string => {
      const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (1, 8), }`.padEnd(117).concat('\n');
      const head = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length, 0)}${header}`, 'latin1');
      const file = path.join(folder, name);
      writeFileSync(file, Buffer.concat([head, Buffer.from(data.buffer as ArrayBuffer)]));
      return file;
    };
    const folder = temporaryFolder();
    const data = Type === BigInt64Array ? BigInt64Array.from(values, BigInt) : (Type as Uint8ArrayConstructor).from(values);
    const model = fixture('external.onnx');
    const typed = await json('predict', model, '--input', write('typed.npy', description, data));
    const floats = await json('predict', model, '--input', write('floats.npy', '<f4', Float32Array.from(values)));
    expect(typed.output).toEqual(floats.output);
  });
});

describe('how an image is prepared, and what classes are called', () => {
  const model = fixture('torchscript.onnx');

  test('is said where it was guessed or assumed, and in JSON', async () => {
    const guessed = await printed(['predict', model, '--input', 'test/fixtures/image/files/rgb.png']);
    expect(guessed).toContain('image: RGB 8×8, squash; ImageNet mean/std (guessed); "inspectum conventions" compares the usual ones');
    expect(await printed(['predict', SHAPES, '--input', HOUSE])).not.toContain('guessed');
    const { convention, labelling } = await json('predict', SHAPES, '--input', HOUSE);
    expect(convention).toMatchObject({ name: 'from inspectum.json', mean: [0.485, 0.456, 0.406], guessed: false });
    expect(labelling).toMatchObject({ source: 'labels.txt', count: 10, assumed: false });
    expect(await printed(['layers', SHAPES])).toMatch(
      /^image {2}RGB 128×128, shorter-side; from inspectum\.json\nlabels 10 names from labels\.txt$/m,
    );
  });

  test('--labels names a file', async () => {
    const file = path.join(temporaryFolder(), 'names.csv');
    writeFileSync(file, 'index,name\n0,a\n1,b\n2,c\n3,d\n4,e\n');
    const { top, labelling } = await json('predict', model, '--input', IMAGE, '--labels', file, '--top', '1');
    expect(top[0].label).toBe('abcde'[top[0].index]);
    expect(labelling.source).toBe('names.csv');
  });

  test('conventions: the best classes under each', async () => {
    const outcomes = await json('conventions', SHAPES, '--input', HOUSE);
    expect(outcomes).toHaveLength(10);
    expect(outcomes.filter(({ current }: { current: boolean }) => current)).toMatchObject([
      { name: 'ImageNet mean/std, RGB', settings: { channels: 'RGB', range: [0, 1] }, top: [{ label: 'house' }, {}, {}, {}, {}] },
    ]);
    expect(await printed(['conventions', SHAPES, '--input', HOUSE])).toMatch(
      /^ImageNet mean\/std, RGB {2}\(in use\)\n {2}9\d\.\d% +3 {2}house/m,
    );
  });
});

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

describe('--picture', () => {
  const args = ['attribute', SHAPES, '--input', HOUSE, '--method', 'LayerGradCam', '--layer', 'stage2', '--target', '3'];

  const drawn = async (picture: object | string, given = args) => {
    const out = path.join(temporaryFolder(), 'a.png');
    const text = await printed([...given, '--out', out, '--picture', typeof picture === 'string' ? picture : JSON.stringify(picture)]);
    return { ...decode(readFileSync(out)), text };
  };

  test("Captum's pictures are of the size that the network sees; several stand side by side", async () => {
    const heat = await drawn({ method: 'heat_map', sign: 'all', cmap: 'jet', interpolate_mode: 'bilinear' });
    expect([heat.width, heat.height]).toEqual([128, 128]);
    const many = await drawn({
      methods: ['original_image', 'blended_heat_map'],
      signs: ['all', 'positive'],
      titles: ['Image', 'Grad-CAM'],
      show_colorbar: true,
    });
    expect(many.width).toBe(2 * 256 + 30);
    const own = await drawn({
      method: 'heat_map',
      cmap: [
        [0, '#fff'],
        [0.25, '#00f'],
        [1, '#00f'],
      ],
    });
    // from white to blue: red and green are the same everywhere, and blue is full
    for (let i = 0; i < own.data.length; i += 4) expect([own.data[i], own.data[i + 2]]).toEqual([own.data[i + 1], 255]);
  });

  test('an array is shown as the pixels that it stands for', async () => {
    const file = path.join(temporaryFolder(), 'house.npy');
    const pixels = await drawn({ method: 'original_image' });
    const { mean, std } = JSON.parse(readFileSync('samples/inspectum.json', 'utf8')).input;
    const plane = 128 * 128;
    const values = Float32Array.from({ length: 3 * plane }, (_, i) => {
      const channel = Math.floor(i / plane);
      return ((pixels.data[(i % plane) * 4 + channel] as number) / 255 - mean[channel]) / std[channel];
    });
    writeFileSync(file, writeNpy(tensor('float32', [1, 3, 128, 128], values)));
    const array = await drawn(
      { method: 'original_image' },
      args.map((arg) => (arg === HOUSE ? file : arg)),
    );
    expect(array.data).toEqual(pixels.data);
  });

  test.each(['grad-cam-paper', 'signed-min-max-jet'])('%s says what it hides', async (preset) => {
    const { width, height, text } = await drawn(preset);
    expect([width, height]).toEqual([128, 128]);
    expect(text).toMatch(preset === 'grad-cam-paper' ? /as colourful as one with much/ : /no colour stands for zero/);
  });

  test('without it, and as "perceptual", the map lies over the photo', async () => {
    const out = path.join(temporaryFolder(), 'b.png');
    await printed([...args, '--out', out]);
    expect((await drawn('perceptual')).data).toEqual(decode(readFileSync(out)).data);
  });

  test('of a sweep and of a batch', async () => {
    const folder = temporaryFolder();
    expect(await printed(['sweep', SHAPES, '--input', HOUSE, '--out', folder, '--picture', 'signed-min-max-jet'])).toMatch(
      /no colour stands for zero/,
    );
    const [first = ''] = readdirSync(folder).filter((name) => name.endsWith('.png'));
    expect(decode(readFileSync(path.join(folder, first))).width).toBe(128);
    const jobs = path.join(folder, 'jobs.jsonl');
    const job = { model: SHAPES, input: HOUSE, method: 'Saliency', out: path.join(folder, 'c.png') };
    writeFileSync(
      jobs,
      [
        { ...job, picture: { method: 'masked_image' } },
        { ...job, picture: { method: 'masked_image', sign: 'all' } },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
    );
    const { stdout } = await inspectum(['batch', jobs]);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      expect.objectContaining({ ok: true }),
      expect.objectContaining({ ok: false, error: expect.stringMatching(/choose the sign positive, negative or absolute_value/) }),
    ]);
  });
});

test('sweep: a map and a picture per layer, and a list of them', async () => {
  const folder = path.join(temporaryFolder(), 'made', 'here');
  const text = await printed(['sweep', fixture('no-gradient.onnx'), '--input', HOUSE, '--target', '2', '--out', folder]);
  expect(text).toMatch(/Trilu/);
  const sweep = JSON.parse(readFileSync(path.join(folder, 'sweep.json'), 'utf8'));
  expect(sweep.target.index).toBe(2);
  expect(sweep.maps.map((map: { layer: string }) => map.layer)).toEqual(['middle', 'conv2']);
  for (const { npy: file, png, width, height } of sweep.maps) {
    expect(npy(path.join(folder, file)).dims).toEqual([1, 1, height, width]);
    expect(decode(readFileSync(path.join(folder, png))).width).toBeGreaterThan(0);
  }
});

test('batch: jobs in order, a failed one does not stop the next', async () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'out'));
  const jobs = path.join(folder, 'jobs.jsonl');
  const job = { model: fixture('torchscript.onnx'), input: IMAGE, method: 'LayerGradCam', layer: 'features.1' };
  const lines: (object | string)[] = [
    { ...job, target: 1, set: { relu_attributions: true }, out: path.join(folder, 'out', '1.npy') },
    { ...job, model: 'gone.onnx' },
    '{ no JSON',
    '',
    { ...job, method: 'LayerActivation', target: 'none', engine: 'onnxruntime' },
    { ...job, colour: 'red' },
    { ...job, target: 'first' },
    { ...job, neuron: [1, 2, 3] },
    { model: fixture('segmentation.onnx'), input: HOUSE, method: 'LayerGradCam', layer: 'first', target: [1, 2, 3] },
    '["a list"]',
    '{"__proto__": {"method": "Saliency"}, "model": "m", "input": "i"}',
  ];
  writeFileSync(jobs, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  const { status, stdout, stderr } = await inspectum(['batch', jobs]);
  expect([status, stderr]).toEqual([1, '']);
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers.map(({ line, ok }) => [line, ok])).toEqual([
    [1, true],
    [2, false],
    [3, false],
    [5, true],
    [6, false],
    [7, false],
    [8, false],
    [9, true],
    [10, false],
    [11, false],
  ]);
  expect(answers[0]).toEqual({ line: 1, ok: true, ms: expect.any(Number), shape: [1, 1, 4, 4] });
  expect(answers[1].error).toMatch(/gone\.onnx: there is no such file/);
  expect(answers[4].error).toMatch(/no field "colour"/);
  expect(answers[6].error).toMatch(/neuron/);
  expect(npy(path.join(folder, 'out', '1.npy')).dims).toEqual([1, 1, 4, 4]);
});

describe('what was found on opening', () => {
  const MODEL = 'test/fixtures/training/models/opset17.onnx';
  const NOTE = /2 Dropout and 2 BatchNormalization nodes are in training mode/;
  const given = (): string => {
    const file = path.join(temporaryFolder(), 'x.npy');
    writeFileSync(file, writeNpy(tensor('float32', [2, 3, 8, 8], new Float32Array(384).fill(0.5))));
    return file;
  };
  const commands = (input: string): string[][] => [
    ['predict', MODEL, '--input', input],
    ['attribute', MODEL, '--input', input, '--method', 'Saliency', '--target', '0'],
    ['sweep', MODEL, '--input', input, '--out', path.join(path.dirname(input), 'maps')],
  ];

  test('is a line on standard error after each command that computes, unless it is to be quiet', async () => {
    for (const args of commands(given())) {
      const { status, stderr } = await inspectum(args);
      expect([status, stderr]).toEqual([0, expect.stringMatching(/^note: opset17\.onnx: [^\n]+\n$/)]);
      expect(stderr).toMatch(NOTE);
      expect((await inspectum([...args, '--quiet'])).stderr).toBe('');
    }
  });

  test('is said once for all lines of a batch', async () => {
    const input = given();
    const jobs = path.join(path.dirname(input), 'jobs.jsonl');
    const line = JSON.stringify({ model: MODEL, input, method: 'Saliency', target: 0 });
    writeFileSync(jobs, `${line}\n${line}\n`);
    const { status, stderr } = await inspectum(['batch', jobs]);
    expect([status, stderr.trimEnd().split('\n')]).toEqual([0, [expect.stringMatching(NOTE)]]);
  });

  test('stands in the layers, in JSON and in reports', async () => {
    expect(await printed(['layers', MODEL])).toMatch(NOTE);
    expect((await json('layers', MODEL)).notes).toEqual([expect.stringMatching(NOTE)]);
    const input = given();
    const out = path.join(path.dirname(input), 'report.json');
    await printed(['attribute', MODEL, '--input', input, '--method', 'Saliency', '--target', '0', '--out', out, '--quiet']);
    expect(JSON.parse(readFileSync(out, 'utf8')).notes).toEqual([expect.stringMatching(NOTE)]);
  });
});
