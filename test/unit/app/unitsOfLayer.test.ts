import { expect, test } from 'vitest';
import { perUnit } from '../../../src/app/target/unitsOfLayer.ts';
import type { Cells } from '../../../src/tensor/cells.ts';
import { floats, sizeOf } from '../../../src/tensor/tensor.ts';

const [H, W, C] = [2, 3, 4];
const valueAt = (unit: number, row: number, column: number) => 100 * unit + 10 * row + column + 1;
const OUTSIDE = 1000;

/** A value in a layout: its elements in C order, by what stands at the indices. */
const LAYOUTS: readonly [Cells, readonly number[], (i: readonly number[]) => number][] = [
  [{ layout: 'channels-first', height: H, width: W, skip: 0 }, [1, C, H, W], ([, c = 0, y = 0, x = 0]) => valueAt(c, y, x)],
  [{ layout: 'channels-last', height: H, width: W, skip: 0 }, [1, H, W, C], ([, y = 0, x = 0, c = 0]) => valueAt(c, y, x)],
  [{ layout: 'tokens', height: H, width: W, skip: 1 }, [1, 1 + H * W, C], ([, t = 0, c = 0]) => token(t, c)],
  [{ layout: 'tokens-first', height: H, width: W, skip: 1 }, [1 + H * W, 1, C], ([t = 0, , c = 0]) => token(t, c)],
  [{ layout: 'tokens-last', height: H, width: W, skip: 1 }, [1, C, 1 + H * W], ([, c = 0, t = 0]) => token(t, c)],
];

const token = (t: number, c: number) => (t === 0 ? OUTSIDE : valueAt(c, Math.floor((t - 1) / W), (t - 1) % W));

const filled = (dims: readonly number[], at: (indices: readonly number[]) => number) =>
  floats(
    dims,
    Array.from({ length: sizeOf(dims) }, (_, flat) => {
      let rest = flat;
      const indices = dims.toReversed().map((size) => {
        const index = rest % size;
        rest = Math.floor(rest / size);
        return index;
      });
      return at(indices.toReversed());
    }),
  );

test.each(LAYOUTS)('units of $layout', (cells, dims, at) => {
  const value = filled(dims, at);
  expect([...perUnit(value, cells, 0, { row: 1, column: 2 })]).toEqual([13, 113, 213, 313]);
  const sums = Array.from({ length: C }, (_, c) => 6 * (100 * c + 1) + 3 * 10 + 2 * 3 + (cells.skip ? OUTSIDE : 0));
  expect([...perUnit(value, cells, 0)]).toEqual(sums);
  for (const cell of [
    { row: H, column: 0 },
    { row: 0, column: -1 },
    { row: 0.5, column: 0 },
  ])
    expect(() => perUnit(value, cells, 0, cell)).toThrow('has no cell');
});

test('units of a layer that lies over no image', () => {
  expect([...perUnit(floats([1, 2, 3], [1, 2, 3, 10, 20, 30]), undefined, 2)]).toEqual([11, 22, 33]);
  expect(() => perUnit(floats([1, 2], [1, 2]), undefined, 1, { row: 0, column: 0 })).toThrow('has no cell');
});
