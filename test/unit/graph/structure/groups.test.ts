import { expect, test } from 'vitest';
import { layerTree } from '../../../../src/app/tree/layerTree.ts';
import type { Graph, Initializer, Node, ValueInfo } from '../../../../src/graph/graph.ts';
import { groupsOf } from '../../../../src/graph/structure/groups.ts';

const IMAGE = ['n', 8, 32, 32];

/** A graph on images of one size, grown node by node. */
class Growing {
  readonly nodes: Node[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #values = new Map<string, ValueInfo>([['x', { dtype: 'float32', shape: IMAGE }]]);

  add(op: string, inputs: readonly string[], module?: string): string {
    const output = `v${this.nodes.length}`;
    this.nodes.push({
      name: `${op}_${this.nodes.length}`,
      op,
      domain: '',
      inputs,
      outputs: [output],
      attributes: {},
      ...(module && { module }),
    });
    this.#values.set(output, { dtype: 'float32', shape: IMAGE });
    return output;
  }

  conv(x: string, module?: string): string {
    const weight = `w${this.nodes.length}`;
    this.#initializers.set(weight, {
      name: weight,
      dtype: 'float32',
      dims: [8, 8, 3, 3],
      source: { kind: 'raw', bytes: new Uint8Array(0) },
    });
    return this.add('Conv', [x, weight], module);
  }

  residual(x: string, module?: string): string {
    return this.add('Add', [this.conv(this.add('Relu', [this.conv(x, module)], module), module), x], module);
  }

  graph(): Graph {
    return {
      name: '',
      inputs: [{ name: 'x', dtype: 'float32', shape: IMAGE }],
      outputs: [{ name: this.nodes.at(-1)?.outputs[0] ?? '' }],
      nodes: this.nodes,
      initializers: this.#initializers,
      values: this.#values,
      domains: new Map(),
    };
  }
}

const pathsOf = (graph: Graph): (string | undefined)[] => {
  const { paths } = groupsOf(graph);
  return graph.nodes.map((node) => paths.get(node));
};

test('a short list stays a list', () => {
  const net = new Growing();
  net.residual(net.residual('x'));
  expect(groupsOf(net.graph()).paths.size).toBe(0);
});

test('of a file that tells modules in part, the rest is grouped, beside a module of the same name', () => {
  const net = new Growing();
  let value = 'x';
  for (let i = 0; i < 4; i++) value = net.residual(value);
  net.residual(value, 'residual1.inner');
  const paths = pathsOf(net.graph());
  expect(new Set(paths.slice(0, 16))).toEqual(new Set(['residual1_', 'residual2', 'residual3', 'residual4']));
  expect(paths.slice(16)).toEqual([undefined, undefined, undefined, undefined]);
});

test('a file with a hierarchy of its own is left alone', () => {
  const net = new Growing();
  let value = 'x';
  for (let i = 0; i < 4; i++) value = net.residual(value, `layer1.${i}`);
  expect(groupsOf(net.graph()).paths.size).toBe(0);
});

test('a flat module that is used in two blocks is in neither', () => {
  const net = new Growing();
  let value = 'x';
  for (let i = 0; i < 4; i++) {
    const inner = net.add('Relu', [net.conv(value, `conv${i}`)], 'relu');
    value = net.add('Add', [net.conv(inner, `last${i}`), value]);
  }
  const graph = net.graph();
  const ids = layerTree(graph, { groups: groupsOf(graph) }).map((row) => row.id);
  expect(ids).toContain('relu');
  expect(ids).toContain('residual1');
});

/** Graphs on which a careless walk takes quadratic time, or runs out of stack. */
const HARD: Readonly<Record<string, (net: Growing, size: number) => void>> = {
  'residual blocks': (net, size) => {
    for (let value = 'x'; net.nodes.length < size; ) value = net.residual(value);
  },
  'sums with one early value': (net, size) => {
    const first = net.conv('x');
    for (let value = first; net.nodes.length < size; ) value = net.add('Add', [net.conv(value), first]);
  },
  'sums inside of sums': (net, size) => {
    const chain = ['x'];
    while (net.nodes.length < size / 2) chain.push(net.conv(chain.at(-1) as string));
    for (let value = chain.pop() as string; chain.length > 1; ) value = net.add('Add', [value, chain.pop() as string]);
  },
  'one long concatenation after another': (net, size) => {
    for (let value = 'x'; net.nodes.length < size; ) value = net.add('Concat', [value, net.conv(value)]);
  },
};

test.each(Object.entries(HARD))('%s: a graph twenty times as large takes no more than a hundred times as long', (_, grow) => {
  const cpuTime = (size: number): number => {
    const net = new Growing();
    grow(net, size);
    const graph = net.graph();
    const times = [1, 2, 3].map(() => {
      const before = process.cpuUsage();
      groupsOf({ ...graph });
      return process.cpuUsage(before).user / 1000;
    });
    return Math.min(...times);
  };
  cpuTime(2000);
  const small = Math.max(cpuTime(2000), 10);
  expect(cpuTime(40_000)).toBeLessThan(100 * small);
});
