import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Explainer } from '../../src/app/explain.ts';
import { readInputs } from '../../src/app/input/readInput.ts';
import { attribute, scoresOf } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { allLayers } from '../../src/app/tree/layerTree.ts';
import { fromNumbers } from '../../src/tensor/fromNumbers.ts';
import { sizeOf } from '../../src/tensor/tensor.ts';
import { correlation, relativeDistance } from '../tools/distance.ts';

/** What test/fixtures/quantized/make.py writes. `at` is an offset in cases.bin; tensors are little-endian float32. */
interface Stored {
  readonly dims: readonly number[];
  readonly at: number;
}

interface Case {
  readonly name: string;
  readonly input: Stored & { readonly name: string; readonly dtype: 'float32' | 'uint8' };
  /** ONNX Runtime's, of the file as it is, dequantised; `step` where they are quantised. */
  readonly outputs: readonly (Stored & { readonly name: string; readonly step?: number })[];
  readonly target: number;
  /** The straight-through gradient of PyTorch's fake_quantize, in float64. */
  readonly gradient: Stored;
  /** A node, and the LayerGradCam of what it puts out. */
  readonly layer?: string;
  readonly gradCam?: Stored;
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures/quantized');
const cases: readonly Case[] = JSON.parse(readFileSync(path.join(FIXTURES, 'cases.json'), 'utf8'));
const bytes = readFileSync(path.join(FIXTURES, 'cases.bin'));

const numbers = ({ dims, at }: Stored) => new Float32Array(new Uint8Array(bytes.subarray(at, at + 4 * sizeOf(dims))).buffer);

/** Where ONNX Runtime computes in integers and here floats are rounded, ties may fall to either side. */
const STEPS = 1.001;
const TOLERANCE = 1e-4;

describe.each(cases)('$name', ({ name, input, outputs, target, gradient, layer, gradCam }) => {
  const model = Model.open(path.join(FIXTURES, 'models', `${name}.onnx`));
  const feeds = { [input.name]: fromNumbers(input.dtype, input.dims, Array.from(numbers(input))) };

  test('puts out what ONNX Runtime computes with the file, within a step', async () => {
    for (const output of outputs) {
      const given = await scoresOf(model, output.name, feeds);
      const expected = numbers(output);
      expect(given.dims).toEqual(output.dims);
      if (output.step === undefined) expect(relativeDistance(given.data, expected)).toBeLessThan(TOLERANCE);
      else expect(Math.max(...given.data.map((v, i) => Math.abs(v - (expected[i] as number))))).toBeLessThan(STEPS * output.step);
    }
  });

  test('has the straight-through gradient', async () => {
    const { attribution } = await attribute(model, { method: 'Saliency', feeds, target, set: { abs: false } });
    expect(relativeDistance(attribution.data, numbers(gradient))).toBeLessThan(TOLERANCE);
  });

  if (layer !== undefined && gradCam)
    test(`has the map of ${layer}`, async () => {
      const { attribution } = await attribute(model, { method: 'LayerGradCam', layer, feeds, target, set: {} });
      expect(attribution.dims).toEqual(gradCam.dims);
      expect(relativeDistance(attribution.data, numbers(gradCam))).toBeLessThan(TOLERANCE);
    });
});

describe('rows of the tree', () => {
  const rowsOf = (name: string) => {
    const rows = [...allLayers(Model.open(path.join(FIXTURES, 'models', `${name}.onnx`)).layers)].filter(
      (row) => row.node !== undefined && !row.plumbing,
    );
    return rows.map(({ id, kind, detail, dims, parameters, cells }) => [id, `${kind} ${detail}`, dims, parameters, cells !== undefined]);
  };
  const ROWS = [
    ['stem', 'Conv 3→8, 3×3', [8, 16, 16], 224, true],
    ['pool', 'Max pool 2×2, s2', [8, 8, 8], 0, true],
    ['depthwise', 'Depthwise conv 8, 3×3', [8, 8, 8], 80, true],
    ['average', 'Average pool 3×3', [8, 8, 8], 0, true],
    ['pointwise', 'Conv 8→8, 1×1', [8, 8, 8], 72, true],
    ['/Add_quant', 'Add ', [8, 8, 8], 0, true],
    ['/Sub', 'Subtract ', [8, 8, 8], 0, true],
    ['leaky', 'Leaky ReLU 0.1', [8, 8, 8], 0, true],
    ['/Concat_quant', 'Concat axis 1', [16, 8, 8], 0, true],
    ['gate', 'Conv 16→16, 1×1', [16, 8, 8], 272, true],
    ['/Sigmoid_quant', 'Sigmoid ', [16, 8, 8], 0, true],
    ['/Mul_quant', 'Multiply ', [16, 8, 8], 0, true],
    ['last', 'Conv 16→12, 3×3, s2', [12, 4, 4], 1740, true],
    ['global_pool', 'Global average pool ', [12, 1, 1], 0, false],
    ['head', 'Linear 12→6', [6], 78, false],
  ];

  test.each(['qoperator', 'qoperator-of-bytes'])('%s: those of the float network, with its weights and maps', (name) => {
    expect(new Set(rowsOf(name))).toEqual(new Set(ROWS));
  });

  test.each(['qdq', 'qdq-int4-weights', 'dynamic'])('%s: every layer with height and width has a map', (name) => {
    const rows = rowsOf(name).filter(([, , dims]) => (dims as number[]).length === 3 && (dims as number[]).slice(1).some((d) => d > 1));
    expect(rows.length).toBeGreaterThan(11);
    for (const [id, , , , isMap] of rows) expect([id, isMap]).toEqual([id, true]);
    expect(rowsOf(name).reduce((sum, [, , , parameters]) => sum + (parameters as number), 0)).toBeGreaterThanOrEqual(2466);
  });
});

describe('values of integers', () => {
  const open = (name: string) => Model.open(path.join(FIXTURES, 'models', `${name}.onnx`));

  test.each([
    ['qdq', '/gate/Conv_output_0_QuantizeLinear', '/gate/Conv_output_0_DequantizeLinear'],
    ['qdq', '/gate/Conv_output_0_QuantizeLinear_Output', '/gate/Conv_output_0_DequantizeLinear'],
    ['qoperator', '/stem/Conv_output_0_quantized', '/stem/Conv_quant'],
  ])('%s: %s is found as the numbers of %s', (name, integers, numbers) => {
    const model = open(name);
    expect(model.findLayer(integers).output).toBe(model.findLayer(numbers).output);
  });

  test('an output of integers is given as their numbers', () => {
    const model = open('qoperator-of-bytes');
    expect(model.summary.outputs).toEqual([{ name: 'scores_quantized', dtype: 'float32', shape: '1×6' }]);
  });

  test('an input of integers is said to be one', () => {
    expect(open('qoperator-of-bytes').summary.notes).toContain(
      'The input image_quantized takes uint8: a gradient with respect to it is that for one step of its integers.',
    );
    expect(open('qoperator').summary.notes.join()).not.toContain('takes');
  });
});

describe('the network of samples/, quantised', () => {
  const SAMPLES = path.join(import.meta.dirname, '../../samples');
  const config = path.join(SAMPLES, 'inspectum.json');
  const float = Model.open(path.join(SAMPLES, 'shapes.onnx'), { config });
  const quantised = Model.open(path.join(FIXTURES, 'models/shapes.onnx'), { config });
  const images = readdirSync(path.join(SAMPLES, 'images'));

  test.each(images)('%s: maps like those of the network in floating point', async (image) => {
    const { feeds } = await readInputs(float, [path.join(SAMPLES, 'images', image)]);
    const expected = await new Explainer(float, feeds).sweep();
    const given = await new Explainer(quantised, feeds).sweep(expected.target.target);
    expect(given.prediction.top.slice(0, 2).map((c) => c.index)).toContain(expected.prediction.top[0]?.index);
    const correlations = ['stage1', 'stage2.0', 'stage2.1', 'stage2', 'head'].map((layer) => {
      const [a, b] = [[float, expected] as const, [quantised, given] as const].map(
        ([model, { maps }]) => maps.find((map) => map.output === model.layerOfRow(layer).output)?.data,
      );
      return correlation(a ?? [], b ?? []);
    });
    expect(Math.min(...correlations)).toBeGreaterThan(0.9);
    expect(Math.min(...correlations.slice(-2))).toBeGreaterThan(0.99);
  });
});
