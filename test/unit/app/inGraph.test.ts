import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readSource } from '../../../src/app/files/source.ts';
import { describeNormalization, expectedBy } from '../../../src/app/inGraph/expectation.ts';
import { type GraphNormalization, normalizationIn } from '../../../src/app/inGraph/normalization.ts';
import { Model } from '../../../src/app/model.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/preprocessing/', import.meta.url));
const modelOf = (name: string): string => `${FIXTURES}models/${name}.onnx`;

interface Case {
  readonly axis: number;
  readonly channels: number;
  readonly scale: readonly number[];
  readonly shift: readonly number[];
  readonly reversed: boolean;
  readonly expects: object | null;
}

const CASES = Object.entries(JSON.parse(readFileSync(`${FIXTURES}expected.json`, 'utf8')) as Record<string, Case>);

describe('what a graph does with its image, as ONNX Runtime computes it', () => {
  test.each(CASES)('%s', (name, { axis, channels, scale, shift, reversed, expects }) => {
    const found = normalizationIn(readSource(modelOf(name)).graph, 'image', axis, channels) as GraphNormalization;
    expect(found.scale).toEqual(scale.map((s) => expect.closeTo(s, 4)));
    expect(found.shift).toEqual(shift.map((s) => expect.closeTo(s, 3)));
    expect(found.reversed).toBe(reversed);
    expect(expectedBy(found)).toEqual(expects ?? undefined);
  });
});

const WORDS: readonly (readonly [string, string | undefined])[] = [
  ['nothing', undefined],
  ['imagenet', 'the graph itself subtracts 0.485, 0.456, 0.406 and divides by 0.229, 0.224, 0.225'],
  ['by-255', 'the graph itself divides by 255'],
  ['signed-of-bytes', 'the graph itself subtracts 127.5 and divides by 127.5'],
  ['bytes-of-signed', 'the graph itself adds 1 and multiplies by 127.5'],
  ['caffe-turned', 'the graph itself subtracts 123.7, 116.8, 103.9 and reverses the channels'],
  ['mean-picture', 'the graph itself on average subtracts 107.5'],
  ['learned', 'the graph itself multiplies by 0.7, 1.3, 1.1'],
];

test.each(WORDS)('%s in words', (name, words) => {
  const { graph } = readSource(modelOf(name));
  const { axis, channels } = Object.fromEntries(CASES)[name] as Case;
  expect(describeNormalization(normalizationIn(graph, 'image', axis, channels) as GraphNormalization)).toBe(words);
});

test('what the graph does is not done twice', () => {
  const convention = (name: string) => Model.open(modelOf(name)).summary.input;
  const PLAIN = { mean: [0], std: [1], guessed: true };
  expect(convention('nothing')).toMatchObject({ name: 'ImageNet mean/std', channels: 'RGB' });
  expect(convention('imagenet')).toMatchObject({ ...PLAIN, name: '0 to 1', range: [0, 1], channels: 'RGB' });
  expect(convention('caffe')).toMatchObject({ ...PLAIN, name: '0 to 255', range: [0, 255], channels: 'BGR' });
  expect(convention('keras-caffe-last')).toMatchObject({ ...PLAIN, name: '0 to 255', channels: 'RGB', layout: 'NHWC' });
  expect(convention('bytes-of-signed')).toMatchObject({ ...PLAIN, name: '-1 to 1', range: [-1, 1] });
  expect(convention('inverted-gray')).toMatchObject({ ...PLAIN, name: '0 to 255', channels: 'L' });
  expect(convention('learned')).toMatchObject({ name: 'ImageNet mean/std', inGraph: expect.stringMatching(/multiplies by/) });
});
