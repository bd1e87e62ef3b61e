import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { attribute, scoresOf } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { floats } from '../../src/tensor/tensor.ts';
import { relativeDistance } from '../tools/distance.ts';

interface Values {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** What test/fixtures/training/make.py writes: PyTorch's numbers in eval(). */
interface Expected {
  readonly input: Values;
  readonly scores: Values;
  readonly target: number;
  readonly gradient: Values;
  readonly files: readonly { readonly name: string; readonly dropout: number; readonly batchNormalization: number }[];
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures/training');
const { input, scores, target, gradient, files }: Expected = JSON.parse(readFileSync(path.join(FIXTURES, 'expected.json'), 'utf8'));
const TOLERANCE = 1e-5;

describe.each(files)('$name: exported while training, run as eval()', ({ name, dropout, batchNormalization }) => {
  const model = Model.open(path.join(FIXTURES, 'models', `${name}.onnx`));
  const feeds = { image: floats(input.dims, input.data) };

  test('says what was in training mode', () => {
    const counts = [dropout && `${dropout} Dropout`, batchNormalization && `${batchNormalization} BatchNormalization`].filter(Boolean);
    const first = batchNormalization ? 'bn' : 'drop';
    expect(model.summary.notes).toEqual([
      `${counts.join(' and ')} nodes are in training mode in the file (the first is ${first}); they are run in inference mode, as the deployed model would.`,
    ]);
  });

  test('takes the image and nothing else, and gives the scores', async () => {
    expect(model.summary.inputs.map((i) => i.name)).toEqual(['image']);
    const given = await scoresOf(model, model.output, feeds);
    expect(relativeDistance(given.data, scores.data)).toBeLessThan(TOLERANCE);
  });

  // A branch of an If has no gradient, whatever is in it.
  if (name !== 'branch')
    test('gives the gradient', async () => {
      const { attribution } = await attribute(model, { method: 'Saliency', feeds, target, set: { abs: false } });
      expect(relativeDistance(attribution.data, gradient.data)).toBeLessThan(TOLERANCE);
    });
});
