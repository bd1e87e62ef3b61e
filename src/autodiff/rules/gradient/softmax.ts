import { intAttribute } from '../../../graph/graph.ts';
import { noGradient, type RuleSet } from '../../rule.ts';
import { type Point, unary } from '../helpers.ts';

/** The sum of a value along the node's axis, kept as a dimension of 1. */
const sumAlongAxis = ({ context, builder }: Point, value: string): string =>
  builder.op('ReduceSum', [value, builder.ints([intAttribute(context.node, 'axis', -1)])], { keepdims: 1 });

export const softmaxRules: RuleSet = {
  Softmax: unary((p) => {
    const weighted = p.builder.mul(p.dy, p.y);
    return p.builder.sub(weighted, p.builder.mul(p.y, sumAlongAxis(p, weighted)));
  }),
  LogSoftmax: unary((p) => p.builder.sub(p.dy, p.builder.mul(p.builder.op('Exp', [p.y]), sumAlongAxis(p, p.dy)))),
  Hardmax: noGradient,
};
