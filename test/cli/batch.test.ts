import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { buildProgram, fixture, HOUSE, IMAGE, inspectum, npy, temporaryFolder } from './program.ts';

buildProgram();

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
