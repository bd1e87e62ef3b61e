import { describe, expect, test } from 'vitest';
import { type Graph, type Node, OPSET } from '../../../src/graph/graph.ts';
import { sortNodes, validateGraph } from '../../../src/graph/validate.ts';
import { InspectumError } from '../../../src/tensor/errors.ts';
import { floats } from '../../../src/tensor/tensor.ts';

const node = (name: string, inputs: string[], outputs: string[], attributes: Node['attributes'] = {}): Node => ({
  name,
  op: 'Add',
  domain: '',
  inputs,
  outputs,
  attributes,
});

const graphWith = (nodes: Node[], outputs = ['y']): Graph => ({
  name: 'g',
  inputs: [{ name: 'x', dtype: 'float32', shape: [1, 2] }],
  outputs: outputs.map((name) => ({ name })),
  nodes,
  initializers: new Map([['w', { name: 'w', dtype: 'float32', dims: [2], source: { kind: 'memory', tensor: floats([2], [1, 2]) } }]]),
  values: new Map(),
  domains: new Map([['', OPSET]]),
});

const inner: Graph = { ...graphWith([node('in', ['a', 'x'], ['b'])], ['b']), inputs: [], initializers: new Map() };

describe('validateGraph', () => {
  test('accepts a chain, an omitted input and a subgraph that captures', () => {
    const body = { body: { type: 'graph', value: inner } as const };
    validateGraph(graphWith([node('one', ['x', ''], ['a']), node('two', ['a', 'w'], ['y'], body)]));
  });

  test.each<[string, Graph, string]>([
    ['a value nobody makes', graphWith([node('n', ['x', 'lost'], ['y'])]), 'The value lost, which node n (Add) uses, is made by no node.'],
    [
      'a value before it is made',
      graphWith([node('n', ['a', 'x'], ['y']), node('m', ['x', 'w'], ['a'])]),
      'The value a is used by node n (Add) before node m (Add) makes it.',
    ],
    [
      'a value made twice',
      graphWith([node('n', ['x', 'w'], ['y']), node('m', ['x', 'w'], ['y'])]),
      'The value y is made twice: by node n (Add) and by node m (Add).',
    ],
    [
      'a weight that is made again',
      graphWith([node('n', ['x', 'w'], ['w'])]),
      'The value w is made by node n (Add), but it is also an input or weight.',
    ],
    ['a name used twice', graphWith([node('n', ['x', 'w'], ['y']), node('n', ['x', 'w'], ['z'])]), 'The graph has two nodes named n.'],
    ['an output nobody makes', graphWith([node('n', ['x', 'w'], ['z'])]), 'The graph’s output y is made by no node.'.replace('’', "'")],
    ['no outputs', graphWith([node('n', ['x', 'w'], ['y'])], []), 'The graph has no output'],
    ['no nodes', graphWith([]), "The graph's output y is made by no node."],
    [
      'a cycle',
      graphWith([node('a', ['x', 'q'], ['p']), node('b', ['p', 'w'], ['q']), node('c', ['q', 'w'], ['y'])]),
      'The graph has a cycle: b → a → b.',
    ],
    ['a node that feeds itself', graphWith([node('a', ['x', 'y'], ['y'])]), 'The graph has a cycle: a → a.'],
    [
      'a subgraph’s lost value',
      graphWith([node('n', ['x', 'w'], ['y'], { body: { type: 'graph', value: inner } })]),
      'The value a, which node n (Add) uses',
    ],
  ])('refuses %s', (_, graph, message) => {
    const check = () => validateGraph(graph);
    expect(check).toThrow(InspectumError);
    expect(check).toThrow(message);
  });

  test('a cycle of 20,000 nodes is named shortly, and quickly', () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) => node(`n${i}`, [`v${(i + 19_999) % 20_000}`, 'x'], [`v${i}`]));
    expect(() => validateGraph(graphWith(nodes, ['v0']))).toThrow(/cycle: .* … \(19994 more\)/);
  });
});

describe('sortNodes', () => {
  test('keeps an order that is one', () => {
    const graph = graphWith([node('a', ['x', 'w'], ['p']), node('b', ['x', 'w'], ['q']), node('c', ['p', 'q'], ['y'])]);
    expect(sortNodes(graph)).toBe(graph);
  });

  test('mends any order, as near to the file’s as it can be', () => {
    const chain = Array.from({ length: 200 }, (_, i) => node(`n${i}`, [i === 0 ? 'x' : `v${i - 1}`, 'w'], [i === 199 ? 'y' : `v${i}`]));
    const sorted = sortNodes(graphWith([...chain].reverse()));
    validateGraph(sorted);
    expect(sorted.nodes).toEqual(chain);
    const apart = graphWith([
      node('late', ['p', 'q'], ['y']),
      node('a', ['x', 'w'], ['p']),
      node('side', ['x', 'w'], ['s']),
      node('b', ['x', 'w'], ['q']),
    ]);
    expect(sortNodes(apart).nodes.map((n) => n.name)).toEqual(['a', 'side', 'b', 'late']);
  });

  test('moves a node behind the values that its subgraph captures', () => {
    const outer = node('outer', ['x', 'w'], ['y'], { body: { type: 'graph', value: inner } });
    expect(sortNodes(graphWith([outer, node('a', ['x', 'w'], ['a'])])).nodes.map((n) => n.name)).toEqual(['a', 'outer']);
  });

  test('names a cycle', () => {
    expect(() => sortNodes(graphWith([node('a', ['x', 'q'], ['p']), node('b', ['p', 'w'], ['q'])], ['q']))).toThrow('cycle');
  });
});
