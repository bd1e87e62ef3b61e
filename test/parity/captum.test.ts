import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Explainer } from '../../src/app/explain.ts';
import { attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { floats, sizeOf, type Tensor, tensor } from '../../src/tensor/tensor.ts';
import { Agreement } from '../tools/agreement.ts';
import { relativeDistance } from '../tools/distance.ts';

/** What test/fixtures/networks/make.py writes. `at` is an offset in captum.bin; tensors are little-endian float32. */
interface StoredTensor {
  readonly dims: readonly number[];
  readonly at: number;
}

interface Case {
  readonly method: string;
  readonly layer?: string;
  readonly target?: number | readonly number[];
  readonly set?: Readonly<Record<string, unknown>>;
  readonly expected: StoredTensor;
}

interface File {
  readonly file: string;
  /** The batch that the file takes: all of the stored examples, or the first one. */
  readonly batch: number;
  readonly folded: boolean;
  /** Layers whose value it does not have in the shape that PyTorch has. */
  readonly lacks: readonly string[];
}

interface Network {
  readonly name: string;
  readonly input: StoredTensor;
  /** Layer → the BatchNorm behind it, which a folded file has no node for: the layer's value is that of the BatchNorm. */
  readonly folded: Readonly<Record<string, string>>;
  readonly files: readonly File[];
  readonly cases: readonly Case[];
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures/networks');
const TOLERANCE = 1e-4;

const agreement = new Agreement();
afterAll(() => agreement.write('networks'));

const networks: readonly Network[] = JSON.parse(readFileSync(path.join(FIXTURES, 'captum.json'), 'utf8'));
const values = readFileSync(path.join(FIXTURES, 'captum.bin'));

/** The first `batch` examples of a stored tensor. */
function stored({ dims: [, ...dims], at }: StoredTensor, batch: number): Tensor<'float32'> {
  const count = batch * sizeOf(dims);
  return tensor('float32', [batch, ...dims], new Float32Array(new Uint8Array(values.subarray(at, at + 4 * count)).buffer));
}

const open = (file: string): Model => Model.open(path.join(FIXTURES, 'models', file), { threads: 1 });

/** The cases that a file has the layers for, with the layer as the file names it. */
function casesOf({ folded: pairs, cases: all }: Network, { folded, lacks }: File): readonly Case[] {
  const cases = all.filter(({ layer }) => layer === undefined || !lacks.includes(layer));
  if (!folded) return cases;
  const foldedInto = new Map(Object.entries(pairs).map(([layer, norm]) => [norm, layer]));
  return cases.flatMap((c) => {
    const ofInput = c.set?.attribute_to_layer_input === true;
    if (c.layer === undefined || (ofInput && !foldedInto.has(c.layer))) return [c];
    if (c.layer in pairs || ofInput) return [];
    return [{ ...c, layer: foldedInto.get(c.layer) ?? c.layer }];
  });
}

const isMap = ({ dims }: StoredTensor): boolean => dims.length === 4 && sizeOf(dims.slice(2)) > 1;

/** The position of a target in the flattened example of an output of this shape. */
const flatIndex = (target: number | readonly number[], [, ...dims]: Shape): number =>
  [target].flat().reduce<number>((flat, index, axis) => (axis === 0 ? index : flat * Number(dims[axis]) + index), 0);

const titleOf = ({ method, layer, target, set }: Case): string =>
  [method, layer, target !== undefined && `target ${target}`, set && JSON.stringify(set)].filter(Boolean).join(' ');

const files = networks.flatMap((network) => network.files.map((file) => [file.file, network, file] as const));

describe.each(files)('%s', (_, network, file) => {
  let model: Model;
  let feeds: Record<string, Tensor>;
  beforeAll(() => {
    model = open(file.file);
    feeds = { input: stored(network.input, file.batch) };
  });
  afterAll(() => model.release());

  it.each(casesOf(network, file).map((c) => [titleOf(c), c] as const))('%s', async (_title, { method, layer, target, set, expected }) => {
    const job = { method, feeds, set: set ?? {}, ...(layer !== undefined && { layer }), ...(target !== undefined && { target }) };
    const { attribution } = await attribute(model, job);
    const wanted = stored(expected, file.batch);
    expect(attribution.dims).toEqual(wanted.dims);
    agreement.expect(method, [[attribution.data, wanted.data]], TOLERANCE);
  });

  it('sweep: the map of every spatial layer in one pass', async () => {
    const rows = casesOf(network, file).filter((c) => c.method === 'LayerGradCam' && c.set === undefined && isMap(c.expected));
    const target = flatIndex(rows[0]?.target ?? 0, model.shapeOf(model.output) ?? []);
    const sweep = await new Explainer(model, { input: stored(network.input, 1) }).sweep({ kind: 'class', index: target });
    expect(sweep.unreachable).toEqual(model.layersPastCells());
    const cells = model.layersWithCells();
    expect(sweep.maps.map((m) => m.output)).toEqual([...cells.keys()]);
    for (const { layer = '', expected } of rows) {
      const { output } = model.findLayer(layer);
      if (cells.get(output)?.layout !== 'channels-first') continue;
      const map = sweep.maps.find((m) => m.output === output);
      expect(map, layer).toBeDefined();
      expect([map?.height, map?.width], layer).toEqual(expected.dims.slice(2));
      expect(relativeDistance(map?.data ?? [], stored(expected, 1).data), layer).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});

describe("values that Captum's own tests state", () => {
  const image = floats(
    [1, 1, 4, 4],
    Array.from({ length: 16 }, (_, i) => i),
  );
  const row = floats([1, 3], [0, 100, 0]);
  const full = floats([1, 3], [20, 50, 30]);
  const table: readonly (readonly [
    string,
    string,
    string | undefined,
    Tensor,
    number | undefined,
    Record<string, unknown>,
    readonly number[],
  ])[] = [
    ['captum_oneconv', 'LayerGradCam', 'conv1', image, 0, {}, [11.25, 13.5, 20.25, 22.5]],
    ['captum_oneconv', 'LayerGradCam', 'relu1', image, 0, { attribute_to_layer_input: true }, [11.25, 13.5, 20.25, 22.5]],
    ['captum_oneconv', 'LayerGradCam', 'relu1', image, 0, {}, [0, 4, 28, 32.5]],
    ['captum_oneconv', 'GuidedBackprop', undefined, image, 0, {}, [0, 1, 1, 1, 1, 3, 3, 2, 1, 3, 3, 2, 1, 2, 2, 1]],
    ['captum_oneconv', 'Deconvolution', undefined, image, 0, {}, [2, 3, 3, 1, 3, 5, 5, 2, 3, 5, 5, 2, 1, 2, 2, 1]],
    ['captum_oneconv', 'GuidedGradCam', 'relu1', image, 0, {}, [0, 0, 4, 4, 0, 0, 12, 8, 28, 84, 97.5, 65, 28, 56, 65, 32.5]],
    ['captum_multilayer', 'Occlusion', undefined, full, 0, { sliding_window_shapes: [1] }, [80, 200, 120]],
    ['captum_multilayer', 'FeatureAblation', undefined, full, 0, {}, [80, 200, 120]],
    ['captum_multilayer', 'ShapleyValues', undefined, full, 0, {}, [230 / 3, 590 / 3, 350 / 3].map(Math.fround)],
    ['captum_multilayer', 'LayerGradCam', 'linear0', row, 0, {}, [400]],
    ['captum_multilayer', 'LayerActivation', 'linear0', row, undefined, {}, [0, 100, 0]],
    ['captum_multilayer', 'LayerActivation', 'linear1', row, undefined, {}, [90, 101, 101, 101]],
    ['captum_multilayer', 'LayerActivation', 'linear2', row, undefined, {}, [392, 394]],
  ];

  it.each(table)('%s: %s of %s', async (file, method, layer, input, target, set, expected) => {
    const model = open(`${file}.onnx`);
    const job = { method, feeds: { input }, set, ...(layer !== undefined && { layer }), ...(target !== undefined && { target }) };
    const { attribution } = await attribute(model, job);
    expect(Array.from(attribution.data)).toEqual(expected);
    await model.release();
  });

  it.each([
    ['LayerConductance', 'linear0', 500, 0.1, [0, 390, 0]],
    ['LayerConductance', 'relu', 500, 0.1, [90, 100, 100, 100]],
    ['InternalInfluence', 'linear0', 500, 0.01, [3.9, 3.9, 3.9]],
    ['InternalInfluence', 'linear1', 500, 0.01, [0.9, 1, 1, 1]],
  ] as const)('captum_multilayer: %s of %s in %d steps, within %d', async (method, layer, n_steps, within, expected) => {
    const model = open('captum_multilayer.onnx');
    const { attribution } = await attribute(model, { method, layer, feeds: { input: row }, target: 0, set: { n_steps } });
    attribution.data.forEach((value, i) => {
      expect(Math.abs(value - (expected[i] as number))).toBeLessThanOrEqual(within);
    });
    expect(attribution.data).toHaveLength(expected.length);
    await model.release();
  });
});
