import { describe, expect, it } from 'vitest';
import { featuresOf, type Mask } from '../../../src/attribution/perturbation/featureMask.ts';
import { floats, int64s, type Tensor } from '../../../src/tensor/tensor.ts';

const image = floats([2, 2, 1, 2], new Float32Array(8));
const row = floats([2, 3], new Float32Array(6));

const table: readonly (readonly [string, Record<string, Tensor>, Mask | null, number, Record<string, readonly number[]>])[] = [
  ['every element, the same in both examples', { image, row }, null, 7, { image: [0, 1, 2, 3, 0, 1, 2, 3], row: [4, 5, 6, 4, 5, 6] }],
  ['ids in their order', { row }, int64s([3], [7, -2, 7]), 2, { row: [1, 0, 1, 1, 0, 1] }],
  ['a map for all channels', { image }, int64s([1, 2], [0, 1]), 2, { image: [0, 1, 0, 1, 0, 1, 0, 1] }],
  ['one feature per channel', { image }, int64s([1, 2, 1, 1], [3, 4]), 2, { image: [0, 0, 1, 1, 0, 0, 1, 1] }],
  ['other features in every example', { row }, int64s([2, 3], [0, 0, 1, 2, 2, 2]), 3, { row: [0, 0, 1, 2, 2, 2] }],
  [
    'an id in two values',
    { image, row },
    new Map([
      ['image', int64s([1, 2], [0, 5])],
      ['row', int64s([3], [5, 9, 9])],
    ]),
    3,
    { image: [0, 1, 0, 1, 0, 1, 0, 1], row: [1, 2, 2, 1, 2, 2] },
  ],
  ['a value as a whole', { row }, int64s([], [4]), 1, { row: [0, 0, 0, 0, 0, 0] }],
];

const refused: readonly (readonly [string, Record<string, Tensor>, Mask, string])[] = [
  ['too long', { row }, int64s([4], [0, 1, 2, 3]), 'cannot be broadcast to 2×3'],
  ['of too many axes', { row }, int64s([1, 1, 3], [0, 1, 2]), 'has the shape 1×1×3'],
  ['of fractions', { row }, floats([3], [0, 1, 1.5]), 'holds 1.5'],
  ['one for two values', { image, row }, int64s([], [0]), 'should be a table with a mask for each of image, row'],
  ['without a value', { image, row }, new Map([['image', int64s([], [0])]]), 'says nothing of row'],
  ['for another value', { row }, new Map([['rows', int64s([], [0])]]), 'names "rows"'],
];

describe('feature masks', () => {
  it.each(table)('%s', (_title, values, mask, count, expected) => {
    const features = featuresOf(values, mask);
    expect(features.count).toBe(count);
    for (const [name, of] of Object.entries(expected)) {
      expect(Array.from(features.of(name))).toEqual(of);
      for (let feature = 0; feature < count; feature++)
        expect(Array.from(features.elements(name, feature))).toEqual(of.flatMap((f, element) => (f === feature ? [element] : [])));
    }
  });

  it.each(refused)('a mask %s is refused', (_title, values, mask, words) => {
    expect(() => featuresOf(values, mask)).toThrow(words);
  });
});
