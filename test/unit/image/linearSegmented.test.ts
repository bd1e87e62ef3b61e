import { expect, it } from 'vitest';
import { type ColorStops, isColorStops, linearSegmentedTable } from '../../../src/image/linearSegmented.ts';

it.each([
  [['#fff'], /at least two/],
  [
    [
      [0, '#fff'],
      [0.5, '#000'],
    ],
    /from 0 to 1, not 0, 0.5/,
  ],
  [
    [
      [0.1, '#fff'],
      [1, '#000'],
    ],
    /from 0 to 1/,
  ],
  [
    [
      [0, '#fff'],
      [0.7, '#000'],
      [0.3, '#000'],
      [1, '#000'],
    ],
    /rise/,
  ],
  [['#fff', 'green'], /"#rgb" or "#rrggbb", not "green"/],
  [['#ffff', '#000'], /not "#ffff"/],
])('%j is refused', (stops, message) => {
  expect(() => linearSegmentedTable(stops as ColorStops)).toThrow(message);
});

it.each([
  [['#fff', '#000'], true],
  [
    [
      [0, '#fff'],
      [1, '#000'],
    ],
    true,
  ],
  [[[0, '#fff'], '#000'], false],
  [[['#fff', 0]], false],
  ['jet', false],
  [{}, false],
])('%j as stops: %s', (value, is) => {
  expect(isColorStops(value)).toBe(is);
});
