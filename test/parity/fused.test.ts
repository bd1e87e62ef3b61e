import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { allLayers } from '../../src/app/tree/layerTree.ts';
import { relativeDistance } from '../tools/distance.ts';
import { randomFeed, runFile } from '../tools/onnxFiles.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures/fused');
const TOLERANCE = 1e-5;
const ROUNDING = 1e-6;

const fileOf = (name: string): string => path.join(FIXTURES, `${name}.onnx`);
const plain = Model.open(fileOf('plain'), { threads: 1 });
const feeds = { input: randomFeed({ name: 'input', dtype: 'float32', shape: [1, 3, 16, 20] }) };

/** Layers of the plain file that another one has too: by their ids, and of the same shape for one example. */
function shared(model: Model): string[] {
  const shapes = new Map([...allLayers(model.layers)].map(({ id, dims }) => [id, String(dims)]));
  return [...allLayers(plain.layers)].filter(({ id, dims, plumbing }) => !plumbing && shapes.get(id) === String(dims)).map(({ id }) => id);
}

/** What each file was saved by, operators that it has, and how many layers of the plain one it has under the same ids. */
const FILES = [
  ["ONNX Runtime's optimiser", 'extended', ['FusedMatMul', 'SkipLayerNormalization'], 32],
  ['the transformer optimiser', 'attention', ['Attention', 'BiasGelu', 'SkipLayerNormalization'], 51],
  ['the transformer optimiser, for separate projections', 'multi-head', ['MultiHeadAttention', 'SkipLayerNormalization'], 60],
  ["PyTorch's newer exporter, with ONNX's Attention", 'opset-23', ['Attention'], 26],
] as const;

afterAll(() => plain.release());

describe.each(FILES)('a transformer saved by %s', (_, name, operators, count) => {
  const model = Model.open(fileOf(name), { threads: 1 });
  afterAll(() => model.release());
  const layers = shared(model);

  it('has none of the operators that it was saved with', () => {
    expect(model.graph.nodes.filter(({ op, domain }) => domain !== '' || (operators as readonly string[]).includes(op))).toEqual([]);
    expect(layers.length).toBeGreaterThanOrEqual(count);
  });

  it('gives the same outputs as the file does', async () => {
    const session = await model.session('forward', () => model.graph);
    const { output } = await session.run(feeds);
    const expected = await runFile(fileOf(name), feeds);
    expect(relativeDistance(output?.data as Float32Array, expected.output?.data as Float32Array)).toBeLessThan(TOLERANCE);
  });

  const compare = async (job: { method: string; layer?: string }): Promise<void> => {
    const of = (each: Model) => attribute(each, { ...job, feeds, target: 2, set: {} });
    const [ours, theirs] = [await of(model), await of(plain)];
    expect(ours.attribution.dims).toEqual(theirs.attribution.dims);
    // Before a LayerNorm the mean gradient over the features is 0, but for rounding.
    const isZero = Math.max(...theirs.attribution.data.map(Math.abs)) < ROUNDING;
    if (isZero) expect(Math.max(...ours.attribution.data.map(Math.abs))).toBeLessThan(ROUNDING);
    else expect(relativeDistance(ours.attribution.data, theirs.attribution.data)).toBeLessThan(TOLERANCE);
  };

  it('has the same saliency', () => compare({ method: 'Saliency' }));

  it('has the same attention rollout', () => compare({ method: 'AttentionRollout', layer: 'head' }));

  it.each(layers)('has the same Grad-CAM of %s', (layer) => compare({ method: 'LayerGradCam', layer }));
});
