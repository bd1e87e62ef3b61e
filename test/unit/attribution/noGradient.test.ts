import { expect, it } from 'vitest';
import { noGradientError } from '../../../src/attribution/evaluation/noGradient.ts';
import { gradientRules } from '../../../src/autodiff/rules/gradient/index.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { DTYPES } from '../../../src/tensor/dtype.ts';

/** What is added to a graph of the input x, up to the explained value. */
const GRAPHS: readonly (readonly [string, (builder: GraphBuilder, x: string) => string, RegExp])[] = [
  ['an output of something else', (builder) => builder.op('Neg', [builder.input('z', 'float32', [3])]), /^No path leads from the input x/],
  [
    'whole numbers',
    (builder, x) =>
      builder.op('Neg', [builder.op('Cast', [builder.op('Cast', [x], { to: DTYPES.int64.code })], { to: DTYPES.float32.code })]),
    /^No gradient leads from the input x to .*: Cast \(node [^)]*\)\. .*FeatureAblation/,
  ],
  [
    'comparisons, of which the one off the way is not named',
    (builder, x) => {
      builder.op('Round', [x]);
      return builder.op('Where', [builder.op('Less', [x, x]), builder.op('Floor', [x]), builder.op('Sign', [x])]);
    },
    /: Less \(node [^)]*\), Floor \(node [^)]*\), Sign \(node [^)]*\)\. /,
  ],
  [
    'many of them',
    (builder, x) =>
      builder.op(
        'Sum',
        ['Less', 'Greater', 'Equal', 'LessOrEqual'].map((op) => builder.op(op, [x, x])),
      ),
    /: Less .*, Greater .*, Equal \(node [^)]*\) and others\. /,
  ],
];

it.each(GRAPHS)('%s', (_, build, words) => {
  const builder = new GraphBuilder({
    name: 'g',
    inputs: [{ name: 'x', dtype: 'float32', shape: [3] }],
    outputs: [],
    nodes: [],
    initializers: new Map(),
    values: new Map(),
    domains: new Map(),
  });
  const error = noGradientError(builder, ['x'], 'the input x', build(builder, 'x'), gradientRules);
  expect(error.kind).toBe('unsupported');
  expect(error.message).toMatch(words);
});
