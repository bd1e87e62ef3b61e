import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildProgram, fixture, json, printed, temporaryFolder } from './program.ts';

buildProgram();

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
