import { describe, expect, test } from 'vitest';
import { describeSum, parseSum, sumText, sumWithin, weightsOf } from '../../../src/app/target/sumTarget.ts';
import type { SumTarget } from '../../../src/protocol/target.ts';
import { refusal } from '../formats/models.ts';

const LABELS = ['cat', 'dog', 'mug', 'cup', 'jar', 'pot'];

interface Row {
  readonly text: string;
  readonly dims: readonly number[];
  readonly terms: SumTarget['terms'];
  readonly words: string;
  /** As it is written again. */
  readonly again?: string;
}

const READ: readonly Row[] = [
  {
    text: '3-1',
    dims: [6],
    terms: [
      { index: 3, weight: 1 },
      { index: 1, weight: -1 },
    ],
    words: 'cup − dog',
  },
  { text: '0 + 1+2', dims: [6], terms: [0, 1, 2].map((index) => ({ index, weight: 1 })), words: 'cat + dog + mug', again: '0+1+2' },
  {
    text: '0.5*0-2*5',
    dims: [6],
    terms: [
      { index: 0, weight: 0.5 },
      { index: 5, weight: -2 },
    ],
    words: '0.5 × cat − 2 × pot',
  },
  {
    text: '-1*2+1e-1*4',
    dims: [6],
    terms: [
      { index: 2, weight: -1 },
      { index: 4, weight: 0.1 },
    ],
    words: '−mug + 0.1 × jar',
    again: '-1*2+0.1*4',
  },
  {
    text: '[0,2]-[1,0]',
    dims: [2, 3],
    terms: [
      { index: [0, 2], weight: 1 },
      { index: [1, 0], weight: -1 },
    ],
    words: 'mug − cup',
  },
];

test.each(READ)('$text', ({ text, dims, terms, words, again = text }) => {
  const sum = parseSum(text) as SumTarget;
  expect(sum).toEqual({ kind: 'sum', terms });
  expect(sumText(sum)).toBe(again);
  expect(parseSum(again)).toEqual(sum);
  const weights = weightsOf(sumWithin(sum, dims, 'y'), dims, 'y');
  expect(describeSum(weights, (index) => LABELS[index] as string)).toBe(words);
});

test.each(['3', '3,4', '-3', '1e3', 'none', 'cat-dog'])('%s is no sum', (text) => {
  expect(parseSum(text)).toBeUndefined();
});

describe('refused', () => {
  test.each([
    ['-3+1', /begins with a sign.*-1\*3\+1/],
    ['0,3-1,3', /",3-1,3" should be a term.*in brackets: \[0,3\]-\[1,3\]/],
    ['1-', /"-" should be a term/],
    ['1--2', /should be a term/],
    ['2*cat', /should be a term/],
    ['[0,]-[1,3]', /\[0,\] should be indices/],
  ])('%s', (text, message) => {
    expect(refusal(() => parseSum(text)).message).toMatch(message);
  });

  test.each([
    ['0-6', [6], /Target 6 is out of range/],
    ['1-1', [6], /has 1 twice/],
    ['[0,1]+[0,1]', [2, 3], /has 0,1 twice/],
    ['0-1', [2, 3], /needs 2 indices, not 1/],
    ['0*1-2', [6], /weight of 1 is 0/],
  ])('%s of %j', (text, dims, message) => {
    expect(refusal(() => sumWithin(parseSum(text) as SumTarget, dims, 'y')).message).toMatch(message);
  });
});
