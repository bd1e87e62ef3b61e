import { describe, expect, test } from 'vitest';
import {
  addDims,
  canonicalDim,
  ceilDivideDims,
  divideDims,
  evaluateDim,
  floorDim,
  floorDivideDims,
  isInteger,
  isNonNegative,
  maxDims,
  minDims,
  multiplyDims,
  productOfDims,
  subtractDims,
  symbolsOf,
} from '../../../src/tensor/dim.ts';
import type { Dim } from '../../../src/tensor/shape.ts';

describe('canonical forms', () => {
  test.each<[string, Dim, Dim]>([
    ['a product divided by a factor', divideDims(multiplyDims('batch', 49), 49), 'batch'],
    [
      'a product divided by a symbol',
      divideDims(productOfDims(['batch', 3, 'height', 'width']), multiplyDims('height', 'batch')),
      '3*width',
    ],
    ['a polynomial divided by a sum', divideDims(multiplyDims(addDims('h', 1), addDims('w', 2)), addDims('h', 1)), 'w + 2'],
    ['order does not matter', addDims(multiplyDims('b', 'a'), 1), 'a*b + 1'],
    ['a difference of equals', subtractDims(addDims('n', 3), 'n'), 3],
    ['a strided convolution', addDims(floorDivideDims(subtractDims(addDims('h', 2), 3), 2), 1), 'floor((h + 1)/2)'],
    ['whole multiples leave the floor', floorDivideDims(addDims(multiplyDims('n', 4), 7), 2), '2*n + 3'],
    ['halves of halves', floorDivideDims(addDims(floorDivideDims(addDims('h', 1), 2), 1), 2), 'floor((h + 3)/4)'],
    ['ceil', ceilDivideDims('h', 3), 'floor((h + 2)/3)'],
    ['a float scale', floorDim(multiplyDims('h', 0.5)), 'floor(h/2)'],
    ['a quotient multiplied back', multiplyDims(divideDims('out', 'in'), 'in'), 'out'],
    ['the larger is certain', maxDims(addDims('n', 1), 'n'), 'n + 1'],
    ['an extent is at least 0', maxDims('n', 0), 'n'],
    ['the smaller is not certain', minDims('b', 'a'), 'min(a, b)'],
    ['extremes are flat', maxDims(maxDims('a', 'b'), maxDims('b', addDims('c', 1))), 'max(a, b, c + 1)'],
    ['a quotient by a symbol', floorDivideDims('n', 'k'), 'floor(n/k)'],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBe(expected);
  });
});

test.each<[string, Dim]>([
  ['batch', 'batch'],
  ['floor(height/2 - 1/2) + 1', 'floor((height + 1)/2)'],
  ['s0//2', 'floor(s0/2)'],
  ['2*s0 + s0', '3*s0'],
  ['ceiling(n/2)', '-floor(-n/2)'],
  ['Max(a, 1 + b)', 'max(a, b + 1)'],
  ['batch size', 'batch_size'],
  ['(a', '_a'],
  ['12', 12],
  ['?', '?'],
])('a file’s %j is read as %j', (text, expected) => {
  expect(canonicalDim(text)).toBe(expected);
});

test('an expression that is too long to be of use is a RangeError, in a file a symbol', () => {
  const long = Array.from({ length: 90 }, (_, i) => `symbol${i}`);
  expect(() => long.reduce<Dim>(addDims, 0)).toThrow(RangeError);
  expect(canonicalDim(`${'('.repeat(5000)}a${')'.repeat(5000)}`)).toMatch(/^_{64}$/);
  expect(() => divideDims('a', 0)).toThrow(RangeError);
});

test('deep nesting is read in no time', () => {
  const deep = (name: string) => Array.from({ length: 45 }).reduce<string>((text, _, i) => `${name}(s${i},${text})`, 's');
  const started = performance.now();
  for (const name of ['max', 'min', 'floor']) canonicalDim(deep(name));
  canonicalDim(Array.from({ length: 40 }).reduce<string>((text) => `floor((${text})/2)`, 's'));
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('what is certain of a dim', () => {
  expect(isNonNegative(addDims('n', 3))).toBe(true);
  expect(isNonNegative(subtractDims('n', 3))).toBe(false);
  expect(isNonNegative(floorDivideDims(subtractDims('a', 'b'), 2))).toBe(false);
  expect(isNonNegative(maxDims(subtractDims('a', 'b'), 0))).toBe(true);
  expect(isInteger(divideDims('n', 2))).toBe(false);
  expect(isInteger(divideDims(multiplyDims('n', 4), 2))).toBe(true);
  expect(symbolsOf('max(a, floor(b/(c + 1))) + 2*a')).toEqual(['a', 'b', 'c']);
});

/** A random computation done twice: in symbols, and in plain arithmetic on the symbols' values. */
function randomComputation(next: (below: number) => number, values: ReadonlyMap<string, number>): { symbolic: Dim; actual: number } {
  const names = [...values.keys()];
  const leaf = () => {
    const name = names[next(names.length)] as string;
    return next(3) === 0 ? { symbolic: next(9) as Dim, actual: Number.NaN } : { symbolic: name as Dim, actual: values.get(name) as number };
  };
  const settled = (v: { symbolic: Dim; actual: number }) => (typeof v.symbolic === 'number' ? { ...v, actual: v.symbolic } : v);
  let value = settled(leaf());
  for (let step = 0; step < 6; step++) {
    const other = settled(leaf());
    const divisor = 1 + next(6);
    const [a, b] = [value, other];
    switch (next(7)) {
      case 0:
        value = { symbolic: addDims(a.symbolic, b.symbolic), actual: a.actual + b.actual };
        break;
      case 1:
        value = { symbolic: subtractDims(a.symbolic, b.symbolic), actual: a.actual - b.actual };
        break;
      case 2:
        value = { symbolic: multiplyDims(a.symbolic, b.symbolic), actual: a.actual * b.actual };
        break;
      case 3:
        value = { symbolic: floorDivideDims(a.symbolic, divisor), actual: Math.floor(a.actual / divisor) };
        break;
      case 4:
        value = { symbolic: maxDims(a.symbolic, b.symbolic), actual: Math.max(a.actual, b.actual) };
        break;
      case 5:
        value = { symbolic: minDims(a.symbolic, b.symbolic), actual: Math.min(a.actual, b.actual) };
        break;
      default:
        value = { symbolic: ceilDivideDims(a.symbolic, divisor), actual: Math.ceil(a.actual / divisor) };
    }
  }
  return { symbolic: value.symbolic, actual: value.actual + 0 };
}

test('3,000 random computations in symbols have the values of plain arithmetic, and their text is read back as itself', () => {
  let state = 7;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < 3000; i++) {
    const values = new Map(['a', 'b', 'c'].map((name) => [name, next(40)]));
    const { symbolic, actual } = randomComputation(next, values);
    expect(evaluateDim(symbolic, values), String(symbolic)).toBe(actual);
    if (typeof symbolic === 'string') expect(canonicalDim(symbolic)).toBe(symbolic);
  }
});
