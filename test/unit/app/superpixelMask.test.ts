import { expect, it } from 'vitest';
import { superpixelMask } from '../../../src/app/input/superpixelMask.ts';
import { floats } from '../../../src/tensor/tensor.ts';

const SIDE = 16;
const PIXELS = SIDE * SIDE;
/** Four quarters of a colour each, which meet elsewhere in either of two examples. */
const QUARTERS = Array.from({ length: 2 * PIXELS }, (_, i) => {
  const [right, below] = [i % SIDE >= (i < PIXELS ? 8 : 7), Math.floor(i / SIDE) % SIDE >= (i < PIXELS ? 8 : 9)];
  return 2 * Number(below) + Number(right);
});
const COLOURS = [
  [1.5, -2, 0],
  [-1, 2, 0.5],
  [2, 2, -1],
  [-2, -2, -2],
];
const colour = (example: number, pixel: number, channel: number): number =>
  COLOURS[QUARTERS[example * PIXELS + pixel] as number]?.[channel] as number;

const first = Array.from({ length: 6 * PIXELS }, (_, i) => colour(Math.floor(i / (3 * PIXELS)), i % PIXELS, Math.floor(i / PIXELS) % 3));
const last = Array.from({ length: 6 * PIXELS }, (_, i) => colour(Math.floor(i / (3 * PIXELS)), Math.floor(i / 3) % PIXELS, i % 3));

it.each([
  ['NCHW', floats([2, 3, SIDE, SIDE], first), [2, 1, SIDE, SIDE]],
  ['NHWC', floats([2, SIDE, SIDE, 3], last), [2, SIDE, SIDE, 1]],
] as const)('superpixels of %s are those of every example', (layout, fed, dims) => {
  const mask = superpixelMask(fed, { layout, channels: 'RGB' }, 4);
  expect(mask.dims).toEqual(dims);
  expect(Array.from(mask.data)).toEqual(QUARTERS);
});
