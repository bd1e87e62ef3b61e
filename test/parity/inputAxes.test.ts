import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attribute, scoresOf } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { Baselines } from '../../src/attribution/baselines.ts';
import { floats } from '../../src/tensor/tensor.ts';

/** An image and a temperature, which divides the scores. */
let model: Model;
beforeAll(() => {
  model = Model.open(path.join(import.meta.dirname, '../fixtures/corpus/models/two-inputs.onnx'), { threads: 1 });
});
afterAll(() => model.release());

const image = (examples: number) =>
  floats(
    [examples, 3, 32, 32],
    Array.from({ length: examples * 3 * 32 * 32 }, (_, i) => Math.sin(i * 1.7)),
  );
const feeds = { image: image(1), temperature: floats([1], [2]) };

it('DeepLiftShap: a number is the same in all baselines of the other input', async () => {
  const of = async (temperature: number | ReturnType<typeof floats>) => {
    const baselines = new Baselines(new Map([['image', image(3)] as const, ['temperature', temperature] as const]));
    return attribute(model, { method: 'DeepLiftShap', feeds, target: 1, set: {}, baselines });
  };
  const [number, repeated] = [await of(0.5), await of(floats([3], [0.5, 0.5, 0.5]))];
  expect(number.parts).toEqual(repeated.parts);
  expect(number.delta).toEqual(repeated.delta);
  await expect(of(floats([2], [0.5, 0.5]))).rejects.toThrow('there are 3 and 2');
});

it('GuidedGradCam: an input without height and width has no attribution, and the others that of themselves', async () => {
  const { parts, remarks } = await attribute(model, { method: 'GuidedGradCam', feeds, layer: 'Relu_5', target: 1, set: {} });
  expect(parts.map(({ name, tensor }) => [name, tensor.dims])).toEqual([['image', [1, 3, 32, 32]]]);
  expect(remarks).toEqual([expect.stringMatching(/^There is no attribution to temperature/)]);
  const guided = await attribute(model, { method: 'GuidedBackprop', feeds, target: 1, set: {} });
  const cam = await attribute(model, {
    method: 'LayerGradCam',
    feeds,
    layer: 'Relu_5',
    target: 1,
    set: { relu_attributions: true, interpolate: 'nearest' },
  });
  const size = 32 * 32;
  parts[0].tensor.data.forEach((value, i) => {
    expect(value).toBeCloseTo((guided.attribution.data[i] as number) * (cam.attribution.data[i % size] as number), 6);
  });
});

it('GradientShap of an input whose first axis is time: one score, one delta', async () => {
  const recurrent = Model.open(path.join(import.meta.dirname, '../fixtures/corpus/models/recurrent.onnx'), { threads: 1 });
  const sequence = (scale: number) => ({
    sequence: floats(
      [12, 1, 6],
      Array.from({ length: 72 }, (_, i) => scale * Math.sin(i)),
    ),
  });
  const score = async (scale: number) => Number((await scoresOf(recurrent, 'logits', sequence(scale))).data[2]);
  const baselines = new Baselines(new Map([['sequence', 0]]));
  const { parts, delta } = await attribute(recurrent, { method: 'GradientShap', feeds: sequence(1), target: 2, set: {}, baselines });
  const sum = parts[0].tensor.data.reduce((total, value) => total + value, 0);
  expect(delta).toEqual([expect.closeTo(sum - ((await score(1)) - (await score(0))), 5)]);
  await recurrent.release();
});
