import { describe, expect, it } from 'vitest';
import { noGradient } from '../../../src/autodiff/rule.ts';
import { gradientRules } from '../../../src/autodiff/rules/gradient/index.ts';
import { lrp } from '../../../src/autodiff/rules/lrp/index.ts';
import { Network } from '../../../src/autodiff/rules/lrp/network.ts';
import { EMPTY_GRAPH } from '../../../src/graph/graph.ts';

describe('layer-wise relevance propagation', () => {
  const options = { rule: 'Epsilon', epsilon: 1e-9, gamma: 0.25, low: 0, high: 0, set_bias_to_zero: false, batch_norm: 'Epsilon' } as const;
  const { rules } = lrp(new Network(EMPTY_GRAPH), options);

  it.each(Object.keys(gradientRules))('%s: relevance never takes the way of a slope', (op) => {
    const isEnd = gradientRules[op] === noGradient;
    expect(rules[op] === gradientRules[op]).toBe(isEnd);
  });
});
