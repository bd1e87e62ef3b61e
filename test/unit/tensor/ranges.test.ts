import { expect, test } from 'vitest';
import { parseRange } from '../../../src/tensor/ranges.ts';

test.each([
  ['4', 4, 5],
  ['0', 0, 1],
  ['10:20', 10, 20],
  ['10:', 10, undefined],
  [':20', 0, 20],
  [':', 0, undefined],
  ['3:3', 3, 3],
])('%j is read', (text, from, to) => {
  expect(parseRange(text)).toEqual({ from, to });
});

test.each(['', ' ', '-1', '1.5', '1e3', '1 2', ' 4', '1 : 2', '1:2:3', '::', 'a', '0x1', '٣'])(
  '%j is neither an index nor a range',
  (text) => {
    expect(parseRange(text)).toBeUndefined();
  },
);
