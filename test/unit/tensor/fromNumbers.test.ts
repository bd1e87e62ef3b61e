import { expect, test } from 'vitest';
import { fromNumbers, numberToFloat16 } from '../../../src/tensor/fromNumbers.ts';
import { float16ToNumber, toNumbers } from '../../../src/tensor/tensor.ts';

test('every finite float16 comes back to its bits', () => {
  for (let bits = 0; bits < 0x10000; bits++) if ((bits & 0x7c00) !== 0x7c00) expect(numberToFloat16(float16ToNumber(bits))).toBe(bits);
});

test.each([
  [1 / 3, 0x3555],
  [2049, 0x6800], // half way between 2048 and 2050: to even
  [2051, 0x6802],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [2 ** -25, 0x0000],
  [2 ** -25 * 1.01, 0x0001],
  [2 ** -14 - 2 ** -26, 0x0400],
  [Number.NEGATIVE_INFINITY, 0xfc00],
  [Number.NaN, 0x7e00],
])('%d as float16', (value, bits) => {
  expect(numberToFloat16(value)).toBe(bits);
});

test('bfloat16 rounds to the nearest, ties to even', () => {
  expect([...fromNumbers('bfloat16', [5], [1, -2.5, 1 + 2 ** -8, 1 + 3 * 2 ** -8, Number.NaN]).data]).toEqual([
    0x3f80, 0xc020, 0x3f80, 0x3f82, 0x7fc0,
  ]);
});

test('the end of the int64 range stays in the range', () => {
  expect([...fromNumbers('int64', [3], [2 ** 63, -(2 ** 63), -7]).data]).toEqual([2n ** 63n - 1n, -(2n ** 63n), -7n]);
});

test.each(['float32', 'float64', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'uint64', 'bool'] as const)('%s', (dtype) => {
  expect([...toNumbers(fromNumbers(dtype, [2], [1, 0]))]).toEqual([1, 0]);
});
