import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Explainer } from '../../src/app/explain.ts';
import { attribute, scoresOf } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { sizeOf, type Tensor, toNumbers } from '../../src/tensor/tensor.ts';
import { relativeDistance } from '../tools/distance.ts';
import { expectedTensor, randomImage, randomModels, writeRandomModel } from '../tools/randomModel.ts';

/** Relative L2; PyTorch's and ONNX Runtime's rounding puts a few ReLUs of millions on different sides of zero. */
const TOLERANCE = 1e-2;

const temporary = mkdtempSync(path.join(tmpdir(), 'inspectum-torchvision-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** Means over cells of `cell`×`cell` elements of every plane. */
function pooled({ dims, data }: Tensor<'float32'>, cell: number): Float32Array {
  const [width = 1] = dims.slice(-1);
  const across = width / cell;
  const out = new Float32Array(sizeOf(dims) / cell ** 2);
  data.forEach((value, i) => {
    const row = Math.floor(Math.floor(i / width) / cell);
    const at = row * across + Math.floor((i % width) / cell);
    out[at] = (out[at] as number) + value / cell ** 2;
  });
  return out;
}

describe.each(randomModels.map((m) => [m.name, m] as const))('torchvision %s with random weights', (_, stored) => {
  const feeds = { input: randomImage() };
  let model: Model;
  beforeAll(() => {
    model = Model.open(writeRandomModel(stored, path.join(temporary, stored.name)), { threads: 2 });
  });
  afterAll(() => model.release());

  it('scores', async () => {
    const scores = await scoresOf(model, model.output, feeds);
    expect(relativeDistance(toNumbers(scores), expectedTensor(stored.scores).data)).toBeLessThan(TOLERANCE);
  });

  it.each(stored.gradCam.map((c) => [c.layer, c.target, c.expected] as const))(
    'LayerGradCam of %s for target %i',
    async (layer, target, expected) => {
      const { attribution } = await attribute(model, { method: 'LayerGradCam', feeds, layer, target, set: {} });
      const { dims, data } = expectedTensor(expected);
      expect(attribution.dims).toEqual(dims);
      expect(relativeDistance(attribution.data, data)).toBeLessThan(TOLERANCE);
    },
  );

  it.each(stored.saliency.map((c) => [c.target, c.expected] as const))('Saliency for target %i', async (target, expected) => {
    const { attribution } = await attribute(model, { method: 'Saliency', feeds, target, set: { abs: false } });
    expect(attribution.dims).toEqual([1, 3, 224, 224]);
    expect(relativeDistance(pooled(attribution, stored.cell), expectedTensor(expected).data)).toBeLessThan(TOLERANCE);
  });

  it('sweep', async () => {
    const explainer = new Explainer(model, feeds);
    for (const { layer, target, expected } of stored.gradCam) {
      const { maps } = await explainer.sweep({ kind: 'class', index: target });
      const map = maps.find((m) => m.output === model.findLayer(layer).output);
      expect(map, layer).toBeDefined();
      expect(relativeDistance(map?.data ?? [], expectedTensor(expected).data), `${layer}, target ${target}`).toBeLessThan(TOLERANCE);
    }
  });
});
