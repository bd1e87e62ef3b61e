import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Explainer } from '../../src/app/explain.ts';
import { attribute, scoresOf } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { floats } from '../../src/tensor/tensor.ts';
import { relativeDistance } from '../tools/distance.ts';

/** What test/fixtures/floats/make.py writes: PyTorch's numbers in float64, for the weights as they stand in the file. */
interface Expected {
  readonly input: readonly number[];
  readonly dims: readonly number[];
  readonly files: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly scores: readonly number[];
    readonly target: number;
    readonly gradient: readonly number[];
  }[];
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures/floats');
const { input, dims, files }: Expected = JSON.parse(readFileSync(path.join(FIXTURES, 'expected.json'), 'utf8'));
const TOLERANCE = 1e-5;

describe.each(files)('$name', ({ name, dtype, scores, target, gradient }) => {
  const model = Model.open(path.join(FIXTURES, 'models', `${name}.onnx`));
  const feeds = { image: floats(dims, input) };

  test('is computed in float32, and says so', async () => {
    const what = name === `${dtype}-whole` ? 'The model is' : 'Parts of the model are';
    expect(model.summary.notes).toContain(`${what} in ${dtype}; everything here is computed in float32.`);
    expect([...model.graph.values.values()].map((value) => value.dtype)).not.toContain(dtype);
    const given = await scoresOf(model, 'scores', feeds);
    expect(given.dims).toEqual([1, scores.length]);
    expect(relativeDistance(given.data, scores)).toBeLessThan(TOLERANCE);
  });

  test('has the gradient, and a map of every layer with height and width', async () => {
    const { attribution } = await attribute(model, { method: 'Saliency', feeds, target, set: { abs: false } });
    expect(relativeDistance(attribution.data, gradient)).toBeLessThan(TOLERANCE);
    const { maps, refusals } = await new Explainer(model, feeds).sweep();
    expect([maps.length, refusals]).toEqual([3, []]);
  });
});
