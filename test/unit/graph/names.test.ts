import { expect, test } from 'vitest';
import type { Node } from '../../../src/graph/graph.ts';
import { named } from '../../../src/graph/names.ts';

const nodes = (names: readonly string[]): Node[] =>
  names.map((name) => ({ name, op: 'Conv', domain: '', inputs: [], outputs: [], attributes: {} }));

test.each([
  [
    ['', '', 'stem', ''],
    ['Conv_0', 'Conv_1', 'stem', 'Conv_3'],
  ],
  // What the file calls so keeps its name, whatever is made up before it.
  [
    ['', 'Conv_0', 'Conv_0_2'],
    ['Conv_0_3', 'Conv_0', 'Conv_0_2'],
  ],
  [
    ['a', 'a', 'a_2', 'a'],
    ['a', 'a_3', 'a_2', 'a_4'],
  ],
  [[], []],
])('%j are called %j', (written, names) => {
  expect(named(nodes(written)).map((node) => node.name)).toEqual(names);
});

test('a hundred thousand nodes of one name take no time', () => {
  const same = nodes(new Array(100_000).fill('conv'));
  const started = performance.now();
  expect(new Set(named(same).map((node) => node.name)).size).toBe(same.length);
  expect(performance.now() - started).toBeLessThan(4000);
});
