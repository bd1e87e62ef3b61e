import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { buildProgram, complaint, fixture, HOUSE, IMAGE, inspectum, SHAPES, temporaryFolder } from './program.ts';

buildProgram();

const MODEL = fixture('torchscript.onnx');
const CAM = ['attribute', MODEL, '--input', IMAGE, '--method', 'LayerGradCam'];

const WRONG_USAGE: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['an unknown command', ['predct', MODEL], /no command "predct".*predict/],
  ['no model', ['layers'], /Usage: inspectum layers MODEL/],
  ['two models', ['layers', MODEL, MODEL], /Usage: inspectum layers MODEL/],
  ['an unknown flag', ['layers', MODEL, '--jsn'], /no flag --jsn.*--json/],
  ['a flag of another command', ['layers', MODEL, '--target', '1'], /no flag --target/],
  ['a flag without its value', [...CAM, '--layer'], /--layer needs a value/],
  ['a value where none belongs', ['layers', MODEL, '--json=yes'], /--json takes no value/],
  ['a flag twice', [...CAM, '--layer', 'pool', '--layer', 'head'], /--layer is given twice/],
  ['--top that is no count', ['predict', MODEL, '--input', IMAGE, '--top', '0'], /--top.*"0"/],
  ['no input', ['predict', MODEL], /--input is missing/],
  [
    'conventions of an array',
    [
      'conventions',
      fixture('inputs.onnx'),
      '--input',
      `image=${fixture('inputs.image.npy')}`,
      '--input',
      `ids=${fixture('inputs.ids.npy')}`,
      '--input',
      `features=${fixture('inputs.features.npy')}`,
    ],
    /should be an image/,
  ],
  [
    'names that are none',
    ['layers', MODEL, '--labels', MODEL.replace('torchscript.onnx', 'expected.json')],
    /expected\.json: labels should be/,
  ],
  ['no method', ['attribute', MODEL, '--input', IMAGE], /--method is missing/],
  ['an unknown method', ['attribute', MODEL, '--input', IMAGE, '--method', 'LayerGradCm'], /no method "LayerGradCm".*LayerGradCam/],
  ['no layer', CAM, /LayerGradCam needs a layer/],
  ['an unknown layer', [...CAM, '--layer', 'features.1.conv9'], /no layer "features\.1\.conv9".*features\.1\.conv/],
  [
    'an ambiguous layer',
    ['attribute', fixture('ambiguous.onnx'), '--input', 'AMBIGUOUS', '--method', 'LayerActivation', '--layer', 'block'],
    /"block" is ambiguous: a module with the value d, a layer \(Neg\) with the value y/,
  ],
  ['a layer for a method of the input', [...CAM.slice(0, 5), 'Saliency', '--layer', 'pool'], /Saliency.*leave out --layer/],
  ['a neuron for a method without', [...CAM, '--layer', 'pool', '--neuron', '1,0,0'], /LayerGradCam.*leave out --neuron/],
  ['a neuron that is no index', [...CAM, '--layer', 'pool', '--neuron', 'a'], /--neuron.*"a"/],
  ['a baseline for a method without', [...CAM, '--layer', 'pool', '--baseline', '0'], /LayerGradCam.*leave out --baseline/],
  [
    'a baseline of an unknown input',
    [...CAM.slice(0, 4), '--method', 'IntegratedGradients', '--baseline', 'mask=0'],
    /--baseline: the model has no input "mask".*image/,
  ],
  ['a baseline beyond float32', [...CAM.slice(0, 4), '--method', 'DeepLift', '--baseline', '1e39'], /--baseline 1e\+39.*range of float32/],
  ['an array without examples', ['predict', MODEL, '--input', 'NO_EXAMPLES'], /none\.npy: has the shape 0×3×8×8, which is no example/],
  [
    'a baseline without examples',
    [...CAM.slice(0, 4), '--method', 'GradientShap', '--baseline', 'NO_EXAMPLES'],
    /baseline of image has no examples/,
  ],
  ['a baseline that is empty', [...CAM.slice(0, 4), '--method', 'IntegratedGradients', '--baseline', ''], /--baseline is empty.*black/],
  ['a target out of range', [...CAM, '--layer', 'features.1', '--target', '5'], /Target 5 is out of range: scores has 5/],
  ['a negative target', [...CAM, '--layer', 'features.1', '--target', '-1'], /Target -1 is out of range/],
  ['a target that is no number', [...CAM, '--layer', 'features.1', '--target', 'cat'], /--target.*"cat"/],
  ['a sum that can be read in two ways', [...CAM, '--layer', 'features.1', '--target', '-1+2'], /begins with a sign.*-1\*1\+2/],
  ['a sum with a class that is not there', [...CAM, '--layer', 'features.1', '--target', '1-5'], /Target 5 is out of range: scores has 5/],
  ['no target where one is needed', [...CAM, '--layer', 'features.1', '--target', 'none'], /--target/],
  ['too many indices', [...CAM, '--layer', 'features.1', '--target', '1,2'], /a target needs 1 indices, not 2/],
  ['a picture that is none', [...CAM, '--layer', 'pool', '--out', 'a.png', '--picture', 'jet'], /no "jet".*perceptual, grad-cam-paper/],
  ['a picture without a file', [...CAM, '--layer', 'pool', '--picture', 'perceptual'], /--picture.*--out FILE\.png/],
  ['a picture of broken JSON', [...CAM, '--layer', 'pool', '--out', 'a.png', '--picture', '{method}'], /--picture: this is not JSON/],
  ['an unknown output', [...CAM, '--layer', 'features.1', '--output', 'logits'], /no output or value "logits".*scores/],
  ['an unknown parameter', [...CAM, '--layer', 'features.1', '--set', 'relu=true'], /no parameter "relu".*relu_attributions/],
  [
    'a parameter of another type',
    [...CAM, '--layer', 'features.1', '--set', 'relu_attributions=1'],
    /relu_attributions should be a boolean/,
  ],
  ['a parameter without value', [...CAM, '--layer', 'features.1', '--set', 'relu_attributions'], /--set should be KEY=JSON/],
  ['a parameter that is not JSON', [...CAM, '--layer', 'features.1', '--set', 'interpolate=bilinear'], /not JSON.*'"bilinear"'/],
  ['an unknown mode', [...CAM, '--layer', 'features.1', '--set', 'interpolate="area"'], /"interpolate" should be one of/],
  ['another ending', [...CAM, '--layer', 'features.1', '--out', 'map.tiff'], /map\.tiff.*\.npy, \.npz, \.png, \.json/],
  ['a picture of what has no height and width', [...CAM, '--layer', 'head', '--out', 'x.png'], /no height and width/],
  ['an engine that is not there', [...CAM, '--layer', 'features.1', '--engine', 'tpu'], /no engine "tpu".*onnxruntime/],
  ['an input of another shape', ['predict', MODEL, '--input', fixture('inputs.image.npy')], /1×3×4×4.*n×3×8×8/],
  ['an input that the model does not have', ['predict', MODEL, '--input', `picture=${HOUSE}`], /no input "picture".*image/],
  ['an input twice', ['predict', MODEL, '--input', IMAGE, '--input', IMAGE], /image is given twice/],
  ['an input missing', ['predict', fixture('inputs.onnx'), '--input', fixture('inputs.image.npy')], /nothing was given for features, ids/],
  ['no folder for a sweep', ['sweep', MODEL, '--input', IMAGE], /--out is missing/],
];

test.each(WRONG_USAGE)('%s is wrong usage', async (_, args, words) => {
  const folder = temporaryFolder();
  const files: Readonly<Record<string, string>> = { AMBIGUOUS: path.join(folder, 'x.npy'), NO_EXAMPLES: path.join(folder, 'none.npy') };
  writeNpy(files.AMBIGUOUS as string, '(1, 2, 8, 8)', new Uint8Array(4 * 128));
  writeNpy(files.NO_EXAMPLES as string, '(0, 3, 8, 8)', new Uint8Array());
  expect(
    await complaint(
      args.map((arg) => files[arg] ?? arg),
      2,
    ),
  ).toMatch(words);
});

function writeNpy(file: string, shape: string, data: Uint8Array, descr = '<f4'): void {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117).concat('\n');
  writeFileSync(file, Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}`, 'latin1'), data]));
}

test('without arguments: how it is used, and status 2', async () => {
  const { status, stdout } = await inspectum([]);
  expect(status).toBe(2);
  for (const command of ['layers', 'predict', 'attribute', 'sweep', 'batch']) expect(stdout).toContain(`inspectum ${command} `);
  expect((await inspectum(['--help'])).status).toBe(0);
});

/** What a folder holds beside the files of the project, the arguments, and what is said. */
const FAILURES: readonly (readonly [string, (folder: string) => readonly string[], RegExp])[] = [
  ['a model that is not there', () => ['layers', 'gone.onnx'], /gone\.onnx: there is no such file/],
  [
    'too little memory',
    () => [...CAM, '--layer', 'features.1', '--memory-limit', '100'],
    /It would take about 1\d\d MB of memory; the limit is 100 MB\. Allow more with --memory-limit/,
  ],
  ['a damaged model', () => ['layers', fixture('cycle.onnx')], /cycle\.onnx: .*cycle/],
  [
    'an operator that the engine does not know',
    () => ['predict', fixture('custom-operator.onnx'), '--input', HOUSE],
    /com\.example:Mystery \(node middle\)/,
  ],
  ['an image that is not there', () => ['predict', MODEL, '--input', 'gone.png'], /gone\.png: there is no such file/],
  ['an image that is none', () => ['predict', MODEL, '--input', 'samples/labels.txt'], /labels\.txt: is not an image/],
  ['a folder for an image', () => ['predict', MODEL, '--input', 'samples'], /samples: is not a file/],
  [
    'a truncated image',
    (folder) => {
      writeFileSync(path.join(folder, 'half.png'), readFileSync('samples/images/cactus.png').subarray(0, 20_000));
      return ['predict', MODEL, '--input', path.join(folder, 'half.png')];
    },
    /half\.png/,
  ],
  [
    'an image for an input that takes none',
    () => ['predict', fixture('inputs.onnx'), '--input', `ids=${HOUSE}`],
    /house\.jpg: the input ids of .* takes no image/,
  ],
  [
    'an array whose header is damaged',
    (folder) => {
      writeFileSync(path.join(folder, 'x.npy'), '\x93NUMPY');
      return ['predict', MODEL, '--input', path.join(folder, 'x.npy')];
    },
    /x\.npy: is not a NumPy/,
  ],
  [
    'an array of a type that is not read',
    (folder) => {
      writeNpy(path.join(folder, 'x.npy'), '(1, 3, 8, 8)', new Uint8Array(192 * 16), '<c16');
      return ['predict', MODEL, '--input', path.join(folder, 'x.npy')];
    },
    /x\.npy: holds values of type <c16/,
  ],
  [
    'an index that the model cannot look up, which the engine says besides',
    (folder) => {
      writeNpy(path.join(folder, 'ids.npy'), '(1, 3)', new Uint8Array(new BigInt64Array(3).fill(9999n).buffer), '<i8');
      const inputs = ['image', 'features'].map((name) => `${name}=${fixture(`inputs.${name}.npy`)}`);
      return ['predict', fixture('inputs.onnx'), ...[...inputs, `ids=${path.join(folder, 'ids.npy')}`].flatMap((one) => ['--input', one])];
    },
    /failed while running: .*Gather node.*idx=9999/,
  ],
  ['a configuration that is not there', () => ['layers', MODEL, '--config', 'gone.json'], /gone\.json: there is no such file/],
  [
    'a folder to write to that is not there',
    (folder) => [...CAM, '--layer', 'pool', '--out', path.join(folder, 'no', 'x.npy')],
    /x\.npy: cannot be written: its folder does not exist/,
  ],
  [
    'a folder of the name of the result',
    (folder) => {
      mkdirSync(path.join(folder, 'x.npy'));
      return [...CAM, '--layer', 'pool', '--out', path.join(folder, 'x.npy')];
    },
    /x\.npy: cannot be written: it is a folder/,
  ],
  [
    'a file where a sweep needs a folder',
    () => ['sweep', MODEL, '--input', IMAGE, '--out', SHAPES],
    /shapes\.onnx: cannot be written: there is a file of that name/,
  ],
  ['jobs that are not there', () => ['batch', 'gone.jsonl'], /gone\.jsonl: there is no such file/],
  ['jobs that are a folder', () => ['batch', 'samples'], /samples: cannot be read/],
];

test.each(FAILURES)('%s', async (_, prepare, words) => {
  expect(await complaint(prepare(temporaryFolder()), 1)).toMatch(words);
});

const FULL = '/dev/full';
if (existsSync(FULL))
  test('a full disk', async () => {
    const out = path.join(temporaryFolder(), 'map.npy');
    symlinkSync(FULL, out);
    expect(await complaint([...CAM, '--layer', 'features.1', '--out', out], 1)).toMatch(/map\.npy: cannot be written: the disk is full/);
  });

test('a file that may not be read', async () => {
  const file = path.join(temporaryFolder(), 'secret.onnx');
  writeFileSync(file, readFileSync(MODEL));
  chmodSync(file, 0);
  const { status, stderr } = await inspectum(['layers', file]);
  // Root reads everything.
  if (process.getuid?.() === 0) expect(status).toBe(0);
  else expect([status, stderr]).toEqual([1, expect.stringMatching(/secret\.onnx: may not be read/)]);
});

describe('INSPECTUM_DEBUG=1', () => {
  test('adds the stack', async () => {
    const { stderr } = await inspectum(['layers', 'gone.onnx'], { env: { INSPECTUM_DEBUG: '1' } });
    expect(stderr).toMatch(/^inspectum: .*\n.*Error: .*\n\s+at /);
  });
});

test('Ctrl-C ends it within a second, whatever the engine is at', async () => {
  const args = ['predict', fixture('endless.onnx'), '--input', fixture('endless.x.npy')];
  let asked = 0;
  const outcome = await inspectum(args, {
    during: (child) =>
      setTimeout(() => {
        asked = performance.now();
        child.kill('SIGINT');
      }, 1500),
  });
  expect(performance.now() - asked).toBeLessThan(1000);
  expect(outcome).toEqual({ status: null, signal: 'SIGINT', stdout: '', stderr: '' });
});

test('a reader that closes the pipe is no failure', async () => {
  const jobs = path.join(temporaryFolder(), 'jobs.jsonl');
  const job = JSON.stringify({ model: MODEL, input: IMAGE, method: 'Saliency' });
  writeFileSync(jobs, `${job}\n`.repeat(200));
  const { status, stderr } = await inspectum(['batch', jobs], {
    during: (child) => child.stdout?.once('data', () => child.stdout?.destroy()),
  });
  expect([status, stderr]).toEqual([0, '']);
});
