import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { resolveInput } from '../../../../src/app/input/convention.ts';
import { feedOf } from '../../../../src/app/input/readImage.ts';
import { floatsOf, maxDifference, texture } from '../../image/fixtures.ts';
import { configured } from '../beside.ts';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly content: object;
  readonly shape: readonly number[];
  readonly every: number;
  /** float32, in base64. */
  readonly samples: string;
}

const { picture, cases } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../fixtures/processors/expected.json', import.meta.url)), 'utf8'),
) as { picture: [number, number]; cases: readonly Case[] };

test.each(cases.map((one) => [one.name, one] as const))('%s', (_, { file, content, shape, every, samples }) => {
  const [batch = 1, channels = 3] = shape;
  const configuration = configured({ [file]: content });
  const input = resolveInput([{ name: 'image', dtype: 'float32', shape: [batch, channels, 'height', 'width'] }], configuration);
  if (!input) throw new Error('there is no input');
  const { dims, data } = feedOf(texture(...picture), input).tensor;
  expect(dims).toEqual(shape);
  expect(configuration.notes).toEqual([]);
  expect(
    maxDifference(
      Array.from(data as Float32Array).filter((_, i) => i % every === 0),
      floatsOf(samples),
    ),
  ).toBeLessThan(2e-6);
});
