import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { parseNeuron } from '../../src/app/target/neuron.ts';
import { floats } from '../../src/tensor/tensor.ts';

/** Two values leave its layer `fork`, and enter `join`. */
const model = Model.open(path.join(import.meta.dirname, '../fixtures/methods/models/forked.onnx'), { threads: 1 });
afterAll(() => model.release());
const feeds = {
  input: floats(
    [1, 1, 6, 6],
    Array.from({ length: 36 }, (_, i) => Math.sin(i * 1.3)),
  ),
};
const [left, right] = ['/fork/left/Conv_output_0', '/fork/tanh/Tanh_output_0'] as const;

describe('what can be of one value of a layer alone says which it is of', () => {
  it.each([
    ['GuidedGradCam', 'fork', {}, 'leave'],
    ['ScoreCAM', 'fork', {}, 'leave'],
    ['AblationCAM', 'join', { attribute_to_layer_input: true }, 'enter'],
    ['NeuronGradient', 'fork', {}, 'leave'],
    ['NeuronConductance', 'join', { attribute_to_neuron_input: true }, 'enter'],
  ] as const)('%s of %s', async (method, layer, set, border) => {
    const neuron = method.startsWith('Neuron') && { neuron: parseNeuron('1,0,0') };
    const { remarks } = await attribute(model, { method, layer, feeds, target: 0, set, ...neuron });
    const shown = layer === 'fork' ? model.findLayer('fork').output : left;
    const other = shown === left ? right : left;
    expect(remarks).toContain(`Several values ${border} the layer ${layer}. This is of ${shown} alone; it leaves out ${other}.`);
  });

  it('nothing is said where there is one', async () => {
    const { remarks } = await attribute(model, { method: 'GuidedGradCam', layer: 'gelu', feeds, target: 0, set: {} });
    expect(remarks?.join(' ') ?? '').not.toContain('Several values');
  });
});
