import { afterAll, expect, test } from 'vitest';
import { Explainer } from '../../../src/app/explain.ts';
import { Model } from '../../../src/app/model.ts';
import { InspectumError } from '../../../src/tensor/errors.ts';
import { floats } from '../../../src/tensor/tensor.ts';
import { RunCounter } from '../../tools/runCounter.ts';

const engine = new RunCounter();
const model = Model.open(new URL('../../../samples/shapes.onnx', import.meta.url).pathname, { engine });
afterAll(() => model.release());
const dims = [1, 3, 128, 128];
const feeds = { [model.input?.port ?? '']: floats(dims, new Array(dims.reduce((a, b) => a * b)).fill(0.5)) };

test('a sweep that nobody waits for any more once it is prepared does not run', async () => {
  const explainer = new Explainer(model, feeds);
  const prepared = async (): Promise<void> => {
    throw new InspectumError('cancelled', 'Cancelled.');
  };
  await expect(explainer.sweepAsFits(undefined, { prepared })).rejects.toMatchObject({ kind: 'cancelled' });
  expect(engine.runs).toEqual([]);
  expect((await explainer.sweepAsFits(undefined, { prepared: async () => undefined })).maps.length).toBeGreaterThan(10);
  expect(engine.runs).toHaveLength(1);
});
