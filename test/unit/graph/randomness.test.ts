import { expect, test } from 'vitest';
import type { Graph, Node } from '../../../src/graph/graph.ts';
import { notesOnRandomness } from '../../../src/graph/randomness.ts';

const node = (op: string, name: string, rest: Partial<Node> = {}): Node => ({
  name,
  op,
  domain: '',
  inputs: ['x'],
  outputs: [name],
  attributes: {},
  ...rest,
});

const graphOf = (...nodes: Node[]): Graph => ({
  name: 'g',
  inputs: [],
  outputs: [],
  nodes,
  initializers: new Map(),
  values: new Map(),
  domains: new Map(),
});

const branch = node('If', 'choose', { attributes: { then_branch: { type: 'graph', value: graphOf(node('Multinomial', 'drawn')) } } });

test.each([
  ['nothing random', graphOf(node('Relu', 'a'), node('Bernoulli', 'b', { domain: 'custom' })), []],
  ['one', graphOf(node('RandomNormalLike', 'a')), ['RandomNormalLike (a) draws random numbers: results differ from run to run.']],
  [
    'several, one of them in a branch',
    graphOf(branch, node('Bernoulli', 'b', { module: 'noise' })),
    ['Multinomial (drawn), the first of 2 such nodes, draws random numbers: results differ from run to run.'],
  ],
])('%s', (_, graph, notes) => {
  expect(notesOnRandomness(graph)).toEqual(notes);
});
