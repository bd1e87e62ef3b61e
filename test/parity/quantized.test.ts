import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { attribute, scoresOf } from '../../src/app/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { fromNumbers } from '../../src/tensor/fromNumbers.ts';
import { sizeOf } from '../../src/tensor/tensor.ts';
import { relativeDistance } from '../tools/distance.ts';

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
