import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Explainer } from '../../../src/app/explain.ts';
import { Model } from '../../../src/app/model.ts';
import { floats } from '../../../src/tensor/tensor.ts';
import { lostGradient, lostScore } from '../../tools/notNumbers.ts';
import { temporaryFolder } from '../formats/models.ts';

async function sweepOf(bytes: Uint8Array, first = 1) {
  const file = path.join(temporaryFolder(), 'model.onnx');
  writeFileSync(file, bytes);
  const model = Model.open(file);
  const values = Array.from({ length: 3 * 64 }, (_, i) => (i === 0 ? first : 1));
  try {
    return await new Explainer(model, { x: floats([1, 3, 8, 8], values) }).sweep();
  } finally {
    await model.release();
  }
}

test('a score that is not a number: the first layer of which that is so', async () => {
  const { notNumbers, target } = await sweepOf(lostScore());
  expect(target.score).toBeNaN();
  expect(notNumbers).toBe('The layer log (Log) is the first that gives values which are not numbers.');
});

test('an input that is not numbers', async () => {
  expect((await sweepOf(lostScore(), Number.NaN)).notNumbers).toBe('What the input x is given already holds values that are not numbers.');
});

test('a gradient that is not a number, of a score that is', async () => {
  const { notNumbers, target, maps } = await sweepOf(lostGradient());
  expect(target.score).toBe(0);
  expect(notNumbers).toBeUndefined();
  expect(maps.find(({ output }) => output === 'conv')?.data.every(Number.isNaN)).toBe(true);
  expect(maps.find(({ output }) => output === 'root')?.data.some(Number.isNaN)).toBe(false);
});
