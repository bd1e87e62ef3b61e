import { expect, test } from 'vitest';
import { isOfEveryPixel, subdued } from '../../../src/image/backdrop.ts';
import { geometryOf } from '../../../src/image/geometry.ts';

test('a photo is gray by its luma, and dark', () => {
  const data = Uint8Array.of(255, 255, 255, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 0, 0, 0, 255);
  const { data: gray } = subdued({ width: 5, height: 1, data });
  // 0.4 of 255, and of the luma 76, 150 and 29 that PIL gives red, green and blue
  expect([...gray]).toEqual([102, 30, 60, 12, 0].flatMap((v) => [v, v, v, 255]));
  expect([...data.subarray(4, 8)]).toEqual([255, 0, 0, 255]);
});

test.each([
  [{ width: 8, height: 6 }, true],
  [{ width: 4, height: 3 }, false],
  [{ width: 8, height: 3 }, false],
])('a map of %j has a value for every pixel of 8 × 6: %s', (map, expected) => {
  const image = { width: 16, height: 12 };
  expect(isOfEveryPixel(map, geometryOf(image, { width: 8, height: 6 }, { width: 8, height: 6 }, 0, 0))).toBe(expected);
});
