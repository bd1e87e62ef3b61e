import path from 'node:path';
import { expect, test } from 'vitest';
import { Explainer } from '../../../src/app/explain.ts';
import { readInputs } from '../../../src/app/input/readInput.ts';
import { Model } from '../../../src/app/model.ts';

const CORPUS = path.resolve(import.meta.dirname, '../../fixtures/corpus/models');

test.each([
  {
    file: 'recurrent.onnx',
    given: 'sequence.npy',
    layer: 'LSTM_0',
    count: 8,
    says: /^This layer is 12×1×1×8 values, the last axis its hidden units,/,
  },
  { file: 'recurrent.onnx', given: 'sequence.npy', layer: 'Gemm_3', count: 5, says: /^One example of this layer is 5 values,/ },
])('the units of $layer of $file are those of its last axis', async ({ file, given, layer, count, says }) => {
  const opened = Model.open(path.join(CORPUS, file), { choices: { explain: 'logits' } });
  const { model, feeds } = await readInputs(opened, [path.join(CORPUS, given)]);
  const explanation = await new Explainer(model, feeds).explain(layer);
  await opened.release();
  if (explanation.kind !== 'units') throw new Error(`${layer} has no units, but ${explanation.kind}.`);
  expect(explanation.units.count).toBe(count);
  expect(explanation.units.why).toMatch(says);
});
