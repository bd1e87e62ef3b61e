import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeNpy } from '../../src/tensor/npy.ts';
import { tensor } from '../../src/tensor/tensor.ts';
import { buildProgram, inspectum, json, printed, temporaryFolder } from './program.ts';

buildProgram();

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
