import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attribute } from '../../../src/app/methods/attribute.ts';
import { mapOf } from '../../../src/app/methods/attributionView.ts';
import { Model } from '../../../src/app/model.ts';
import { floats, sizeOf } from '../../../src/tensor/tensor.ts';
import { relativeDistance } from '../../tools/distance.ts';

const FIXTURES = path.join(import.meta.dirname, '../../fixtures');
const open = (file: string) => Model.open(path.join(FIXTURES, file), { threads: 1 });
/** Takes pictures (N, H, W, C), and is in that order up to its second convolution. */
const ordered = open('methods/models/ordered.onnx');
const transformer = open('networks/models/transformer.script.onnx');
afterAll(() => Promise.all([ordered.release(), transformer.release()]));

const waves = (...dims: number[]) =>
  floats(
    dims,
    Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(i * 1.7)),
  );

describe('how an attribution lies over the image', () => {
  const explain = async (method: string, layer: string | undefined, set: Record<string, unknown>) =>
    (await attribute(ordered, { method, feeds: { input: waves(1, 13, 17, 3) }, target: 2, set, ...(layer && { layer }) })).parts[0];

  it('of a layer whose channels are last: their sum is the map', async () => {
    const [apart, summed] = await Promise.all([false, true].map((sum) => explain('LayerGradCam', 'relu1', { attr_dim_summation: sum })));
    expect([apart?.tensor.dims, summed?.tensor.dims]).toEqual([
      [1, 7, 9, 5],
      [1, 1, 7, 9],
    ]);
    const [a, b] = [apart, summed].map((part) => part && mapOf(ordered, part));
    expect([a?.height, a?.width, b?.height, b?.width]).toEqual([7, 9, 7, 9]);
    expect(relativeDistance(a?.data ?? [], b?.data ?? [])).toBeLessThan(1e-6);
  });

  it('of an input whose channels are last: their sum is the map, before and after interpolation of a layer', async () => {
    const part = await explain('Saliency', undefined, {});
    const map = mapOf(ordered, part);
    const { data } = part.tensor;
    expect([map?.height, map?.width]).toEqual([13, 17]);
    for (const at of [0, 40, 220])
      expect(map?.data[at]).toBeCloseTo(
        [0, 1, 2].reduce((sum, c) => sum + (data[at * 3 + c] as number), 0),
        5,
      );
    const large = mapOf(ordered, await explain('LayerActivation', 'relu1', { interpolate: 'nearest' }));
    expect([large?.height, large?.width]).toEqual([13, 17]);
  });

  it('of a sequence of patches: a map of them, whether the attribution is one already or has the shape of the layer', async () => {
    const feeds = { input: waves(1, 3, 16, 20) };
    for (const method of ['AttentionRollout', 'LayerGradientXActivation']) {
      const { parts } = await attribute(transformer, { method, layer: 'blocks.1', feeds, target: 0, set: {} });
      const map = mapOf(transformer, parts[0]);
      expect([map?.height, map?.width]).toEqual([4, 5]);
      expect(map?.data.every(Number.isFinite)).toBe(true);
    }
    const { parts, remarks } = await attribute(transformer, { method: 'LayerGradCam', layer: 'blocks.1', feeds, target: 0, set: {} });
    expect(mapOf(transformer, parts[0])).toBeUndefined();
    expect(remarks).toEqual([
      expect.stringMatching(
        /^As in Captum, the second axis of .* was taken for its channels, but it is the tokens: .* 4 × 5 patches .* LayerGradientXActivation, .* AttentionRollout\./,
      ),
    ]);
    const embedding = transformer.graph.nodes.find(({ op }) => op === 'Conv')?.outputs[0];
    const planes = await attribute(transformer, { method: 'LayerGradCam', layer: embedding ?? '', feeds, target: 0, set: {} });
    expect(planes.remarks).toBeUndefined();
  });
});
