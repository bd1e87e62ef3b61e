import { describe, expect, test } from 'vitest';
import { logitsBefore, scaleOf } from '../../../src/app/target/explainedValue.ts';
import { describeScale, probabilitiesOf, scoresWith, topClasses } from '../../../src/app/target/scores.ts';
import type { Graph } from '../../../src/graph/graph.ts';

/** A chain of operators from x to y. */
function chain(...ops: readonly string[]): Graph {
  const nodes = ops.map((op, i) => ({
    name: `n${i}`,
    op,
    domain: '',
    inputs: [i === 0 ? 'x' : `v${i - 1}`],
    outputs: [i === ops.length - 1 ? 'y' : `v${i}`],
    attributes: {},
  }));
  return {
    name: '',
    inputs: [{ name: 'x' }],
    outputs: [{ name: 'y' }],
    nodes,
    initializers: new Map(),
    values: new Map(),
    domains: new Map(),
  };
}

describe('what the numbers of an output are', () => {
  test.each([
    [['Gemm'], 'logits'],
    [['Gemm', 'Softmax'], 'probabilities'],
    [['Softmax', 'Flatten', 'Reshape'], 'probabilities'],
    [['Softmax', 'Add'], 'logits'],
    [['Softmax', 'QuantizeLinear', 'DequantizeLinear'], 'probabilities'],
    [['LogSoftmax'], 'log-probabilities'],
    [['Sigmoid', 'Squeeze'], 'sigmoid'],
    [['constructor'], 'logits'],
    [['__proto__'], 'logits'],
  ] as const)('%s: %s', (ops, scale) => {
    expect(scaleOf(chain(...ops), 'y', 'auto')).toBe(scale);
  });

  test('what is configured counts', () => {
    expect(scaleOf(chain('Gemm'), 'y', 'probabilities')).toBe('probabilities');
  });

  test("an input of the model is nobody's output", () => {
    expect(scaleOf(chain('Softmax'), 'x', 'auto')).toBe('logits');
  });
});

describe('probabilities', () => {
  // scipy.special.softmax([1, 2, 3]), expit(0.5), log of [0.25, 0.75]
  test.each([
    [[1, 2, 3], 'logits', [0.09003057317038046, 0.24472847105479767, 0.6652409557748219]],
    [[1001, 1002, 1003], 'logits', [0.09003057317038046, 0.24472847105479767, 0.6652409557748219]],
    [[0.5], 'logits', [0.6224593312018546]],
    [[-1000], 'logits', [0]],
    [[-1.3862943611198906, -0.2876820724517809], 'log-probabilities', [0.25, 0.75]],
    [[0.2, 0.9], 'sigmoid', [0.2, 0.9]],
    [[0.2, 0.8], 'probabilities', [0.2, 0.8]],
  ] as const)('of %s as %s', (scores, scale, want) => {
    probabilitiesOf(scores, scale).forEach((p, i) => {
      expect(p).toBeCloseTo(want[i] as number, 14);
    });
  });

  test('the best classes first, with names where there are names', () => {
    const top = topClasses(scoresWith([0.1, 0.6, 0.3], 'probabilities', ['a', 'b']), 2);
    expect(top).toEqual([
      { index: 1, label: 'b', text: 'b', score: 0.6, probability: 0.6 },
      { index: 2, text: 'class 2', score: 0.3, probability: 0.3 },
    ]);
  });

  test.each([
    [undefined, ['the positive class', 'the negative class']],
    [['ill'], ['ill', 'not ill']],
    [
      ['healthy', 'ill'],
      ['ill', 'healthy'],
    ],
  ])('a single score named %o is two classes', (labels, texts) => {
    expect(topClasses(scoresWith([0.9], 'sigmoid', labels), 5).map(({ text }) => text)).toEqual(texts);
  });

  test('say in words what they are', () => {
    expect(describeScale('logits', 1)).toBe('sigmoid of one logit');
    expect(describeScale('logits', 10)).toBe('softmax of 10 logits');
  });
});

describe('the logits before an output', () => {
  test.each([
    [['Gemm', 'Softmax'], 'v0', 'logits', 'Softmax'],
    [['Gemm', 'LogSoftmax', 'Identity'], 'v0', 'logits', 'LogSoftmax'],
    [['Gemm', 'Sigmoid', 'Cast', 'Reshape'], 'v0', 'log-odds', 'Sigmoid'],
    [['Softmax'], 'x', 'logits', 'Softmax'],
  ] as const)('%s: %s', (ops, value, scale, operator) => {
    expect(logitsBefore(chain(...ops), 'y')).toEqual({ value, scale, operator });
  });

  test.each([[['Gemm']], [['Softmax', 'Add']], [['Gemm', 'Flatten']]] as const)('%s: none', (ops) => {
    expect(logitsBefore(chain(...ops), 'y')).toBeUndefined();
  });

  test('become the probabilities that the model gives', () => {
    expect(Array.from(probabilitiesOf([0, 2], 'log-odds'))).toEqual([0.5, 1 / (1 + Math.exp(-2))]);
    expect(probabilitiesOf([0, 0, 0, 0], 'logits')[2]).toBe(0.25);
  });
});

describe('a single score and its negation', () => {
  // scipy.special.expit(2) = 0.8807970779778823
  test.each([
    [2, 'logits', ['cat', 'dog'], ['dog', 2, 0.8807970779778823], ['cat', -2, 0.11920292202211769]],
    [0.25, 'sigmoid', ['ill'], ['not ill', 0.75, 0.75], ['ill', 0.25, 0.25]],
    [-2, 'log-odds', undefined, [undefined, 2, 0.8807970779778823], [undefined, -2, 0.11920292202211769]],
  ] as const)('%s as %s with the labels %j', (score, scale, labels, first, second) => {
    const top = topClasses(scoresWith([score], scale, labels), 5);
    expect(top.map((c) => c.label)).toEqual([first[0], second[0]]);
    [first, second].forEach(([, value, probability], i) => {
      expect(top[i]?.score).toBeCloseTo(value, 12);
      expect(top[i]?.probability).toBeCloseTo(probability, 12);
    });
  });
});
