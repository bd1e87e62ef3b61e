import { copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Explainer } from '../../../src/app/explain.ts';
import { scoresOf } from '../../../src/app/methods/attribute.ts';
import { Model } from '../../../src/app/model.ts';
import { prepareSweep } from '../../../src/app/sweep/prepareSweep.ts';
import { floats, sizeOf } from '../../../src/tensor/tensor.ts';

const SAMPLE = path.resolve(import.meta.dirname, '../../../samples/shapes.onnx');
const folder = mkdtempSync(path.join(tmpdir(), 'inspectum-'));
const file = path.join(folder, 'model.onnx');
const WRITTEN = new Date(2020, 0, 1);

const feedsOf = (model: Model) => {
  const [port] = model.graph.inputs;
  const dims = (port?.shape ?? []).map((d) => (typeof d === 'number' ? d : 1));
  return { [port?.name ?? '']: floats(dims, new Array(sizeOf(dims)).fill(0.5)) };
};

beforeEach(() => {
  copyFileSync(SAMPLE, file);
  utimesSync(file, WRITTEN, WRITTEN);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a model whose file is another one than when it was opened', () => {
  const changes: readonly (readonly [string, 'changed' | 'missing', () => void])[] = [
    ['written again with the same length', 'changed', () => utimesSync(file, WRITTEN, new Date(2020, 0, 2))],
    [
      'cut off',
      'changed',
      () => {
        truncateSync(file, 5000);
        utimesSync(file, WRITTEN, WRITTEN);
      },
    ],
    ['moved away', 'missing', () => renameSync(file, `${file}.old`)],
  ];
  test.each(changes)('%s: computes nothing with it, and says so', async (_name, kind, change) => {
    const model = Model.open(file);
    change();
    await expect(prepareSweep(model)).rejects.toMatchObject({ kind, message: expect.stringContaining(file) });
    await expect(scoresOf(model, model.output, feedsOf(model))).rejects.toMatchObject({ kind });
  });

  test('neither with a session that was there before', async () => {
    const model = Model.open(file);
    const explainer = new Explainer(model, feedsOf(model));
    const { maps } = await explainer.sweep({ kind: 'class', index: 0 });
    expect(maps.length).toBeGreaterThan(0);
    utimesSync(file, WRITTEN, new Date(2020, 0, 2));
    await expect(explainer.sweep({ kind: 'class', index: 1 })).rejects.toMatchObject({ kind: 'changed' });
    await model.release();
    const again = Model.open(file);
    expect((await new Explainer(again, feedsOf(again)).sweep({ kind: 'class', index: 1 })).maps.length).toBe(maps.length);
    await again.release();
  });
});
