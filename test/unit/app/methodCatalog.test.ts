import { afterAll, describe, expect, test } from 'vitest';
import { methodCatalog } from '../../../src/app/methods/methodCatalog.ts';
import { Model } from '../../../src/app/model.ts';

const MODELS = 'test/fixtures/corpus/models';
const opened = { image: Model.open('samples/shapes.onnx'), vectors: Model.open(`${MODELS}/tabular.onnx`) };
afterAll(() => Promise.all(Object.values(opened).map((model) => model.release())));

/** What is suggested for a parameter; undefined: Captum's default. */
const suggested = (model: keyof typeof opened, method: string, parameter: string) =>
  methodCatalog(opened[model])
    .find(({ name }) => name === method)
    ?.parameters.find(({ name }) => name === parameter)?.suggestion;

describe('what suits a model better than defaults', () => {
  test.each([
    ['image', 'Occlusion', 'sliding_window_shapes', [3, 9, 9]],
    ['image', 'KernelShap', 'feature_mask', { superpixels: 50 }],
    ['image', 'KernelShap', 'n_samples', 200],
    ['image', 'Lime', 'n_samples', 200],
    ['image', 'ShapleyValueSampling', 'n_samples', undefined],
    ['vectors', 'KernelShap', 'n_samples', undefined],
  ] as const)('of an %s model for %s: %s', (model, method, parameter, value) => {
    expect(suggested(model, method, parameter)).toEqual(value);
  });
});
