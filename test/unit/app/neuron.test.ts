import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attribute } from '../../../src/app/methods/attribute.ts';
import { Model } from '../../../src/app/model.ts';
import { describeNeuron, parseNeuron } from '../../../src/app/target/neuron.ts';
import { floats, sizeOf, type Tensor } from '../../../src/tensor/tensor.ts';

const FILE = path.join(import.meta.dirname, '../../fixtures/networks/models/residual.script.unfolded.onnx');
const LAYER = 'layer2.0.conv2';
let model: Model;
let dims: readonly number[];
const feeds = {
  input: floats(
    [1, 3, 21, 30],
    Array.from({ length: 3 * 21 * 30 }, (_, i) => Math.sin(i)),
  ),
};

const gradient = async (neuron: string): Promise<Tensor<'float32'>> =>
  (await attribute(model, { method: 'NeuronGradient', feeds, layer: LAYER, neuron: parseNeuron(neuron), set: {} })).attribution;

beforeAll(async () => {
  model = Model.open(FILE, { threads: 1 });
  dims = (await attribute(model, { method: 'LayerActivation', feeds, layer: LAYER, set: {} })).attribution.dims;
});
afterAll(() => model.release());

test.each([
  ['4,1,2', [4, 1, 2]],
  ['0, 1:3,:', [0, [1, 3], [0, Number.POSITIVE_INFINITY]]],
  ['2:', [[2, Number.POSITIVE_INFINITY]]],
])('%s', (text, selector) => {
  expect(parseNeuron(text)).toEqual(selector);
  expect(parseNeuron(describeNeuron(parseNeuron(text)))).toEqual(selector);
});

test('ranges are the sum of their neurons', async () => {
  const ranges = await gradient('2,0:2,3');
  const [one, other] = [await gradient('2,0,3'), await gradient('2,1,3')];
  expect(ranges.dims).toEqual(feeds.input.dims);
  expect(sizeOf(ranges.dims)).toBe(ranges.data.length);
  ranges.data.forEach((value, i) => {
    expect(value).toBeCloseTo((one.data[i] as number) + (other.data[i] as number), 5);
  });
});

test.each(['99,0,0', '0,0', '0,0:99,0', '0,2:2,0', '0,0,0,0'])('%s is refused with the shape of the layer', async (neuron) => {
  await expect(gradient(neuron)).rejects.toThrow(`the shape batch×${dims.slice(1).join('×')}`);
  await expect(gradient(neuron)).rejects.toThrow(/layer2\.0\.conv2.*3 indices or ranges/);
});

test.each(['a', '1;2', '-1'])('%s cannot be read', (text) => {
  expect(() => parseNeuron(text)).toThrow('--neuron');
});
