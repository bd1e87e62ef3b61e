import { expect, test } from 'vitest';
import { describeRegion, highestIn, parseRegion, regionWithin, sumOf } from '../../../src/app/target/region.ts';
import type { RegionTarget } from '../../../src/protocol/target.ts';
import { refusal } from '../formats/models.ts';

const DIMS = [2, 3, 4];
const VALUES = Array.from({ length: 24 }, (_, i) => (i * 7) % 24);

// numpy: v = (np.arange(24) * 7 % 24).reshape(2, 3, 4)
test.each([
  ['sum:1,0:2,1:', 'sum of y[1, 0:2, 1:4]', 72],
  ['max::,1,2:4', 'maximum of y[:, 1, 2:4]', 18],
  ['sum:0,2,3', 'y[0, 2, 3]', 5],
])('%s', (text, words, value) => {
  const region = regionWithin(parseRegion(text) as RegionTarget, DIMS, 'y');
  expect(describeRegion(region, DIMS, 'y')).toBe(words);
  const found = region.reduce === 'sum' ? sumOf(region.ranges, DIMS, VALUES) : VALUES[highestIn(region.ranges, DIMS, VALUES)];
  expect(found).toBe(value);
});

test.each([
  ['sum:0,1', /2 ranges.*2×3×4.*needs 3/],
  ['sum:2,:,:', /2:3 of axis 0 is empty or out of bounds/],
  ['max:0,2:2,:', /axis 1/],
  ['max:0,x,:', /"x" should be an index/],
])('%s is refused', (text, message) => {
  expect(refusal(() => regionWithin(parseRegion(text) as RegionTarget, DIMS, 'y')).message).toMatch(message);
});

test('what is no region', () => {
  expect(parseRegion('3,4')).toBeUndefined();
});
