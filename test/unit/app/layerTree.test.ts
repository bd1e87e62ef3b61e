import { describe, expect, test } from 'vitest';
import { Model } from '../../../src/app/model.ts';
import { findLayer, layerOfRow, nearest } from '../../../src/app/tree/findLayer.ts';
import { allLayers, layerTree } from '../../../src/app/tree/layerTree.ts';
import type { Graph, Node } from '../../../src/graph/graph.ts';
import { inferShapes } from '../../../src/graph/inferShapes.ts';
import type { Layer } from '../../../src/protocol/model.ts';
import { floats } from '../../../src/tensor/tensor.ts';
import { fixture, refusal } from '../formats/models.ts';

interface Step {
  readonly name: string;
  readonly op: string;
  readonly module?: string;
  /** Default: the value that the step before makes. */
  readonly from?: readonly string[];
  readonly to?: string;
}

/** A graph of elementwise steps, each made from the one before. */
function graphOf(steps: readonly Step[], outputs?: readonly string[]): Graph {
  let previous = 'x';
  const nodes = steps.map(({ name, op, module, from, to }): Node => {
    const output = to ?? `${name}:0`;
    const inputs = from ?? [previous];
    previous = output;
    return { name, op, domain: '', inputs, outputs: [output], attributes: {}, ...(module !== undefined && { module }) };
  });
  const shape = ['n', 4, 8, 8];
  return inferShapes({
    name: 'test',
    inputs: [{ name: 'x', dtype: 'float32', shape }],
    outputs: (outputs ?? [previous]).map((name) => ({ name })),
    nodes,
    initializers: new Map(),
    values: new Map(),
    domains: new Map(),
  }).graph;
}

/** Ids with their children, as nested lists. */
type Outline = (string | readonly [string, Outline])[];
const outline = (layers: readonly Layer[]): Outline => layers.map(({ id, children }) => (children.length ? [id, outline(children)] : id));

describe('the tree', () => {
  const exported: Outline = [
    [
      'features',
      [
        ['features.0', ['features.0.0', 'features.0.1']],
        [
          'features.1',
          [
            'features.1.conv1',
            'features.1.relu',
            'features.1.conv2',
            'features.1.downsample',
            '/features/features.1/Add',
            'features.1.relu_1',
          ],
        ],
      ],
    ],
    'pool',
    'head',
  ];

  const shown = (layers: readonly Layer[]): Layer[] =>
    layers.filter((layer) => !layer.plumbing).map((layer) => ({ ...layer, children: shown(layer.children) }));

  test("has the author's modules, from names in the style of PyTorch's older exporter", () => {
    expect(outline(shown(Model.open(fixture('torchscript.onnx')).layers))).toEqual(exported);
  });

  test("has them from the scopes of PyTorch's newer exporter, in which a module that is used twice is one", () => {
    expect(outline(shown(Model.open(fixture('dynamo.onnx')).layers))).toEqual([
      [
        'features',
        [
          ['features.0', ['features.0.0', 'features.0.1']],
          [
            'features.1',
            [
              'features.1.conv1',
              ['features.1.relu', ['node_relu', 'node_relu_1']],
              'features.1.conv2',
              'features.1.downsample',
              'node_add',
            ],
          ],
        ],
      ],
      'pool',
      'head',
    ]);
  });

  test('a row has the operator and node of its only layer, and what hangs on it as plumbing', () => {
    const rows = [...allLayers(Model.open(fixture('torchscript.onnx')).layers)];
    const head = rows.find((row) => row.id === 'head');
    expect(head).toMatchObject({ name: 'head', op: 'Gemm', node: '/head/Gemm', parameters: 6 * 5 + 5, plumbing: false });
    const conv = rows.find((row) => row.id === 'features.1.conv2');
    expect(conv).toMatchObject({
      kind: 'Conv',
      dims: [6, 4, 4],
      cells: { layout: 'channels-first', height: 4, width: 4, skip: 0 },
      parameters: 6 * 6 * 9 + 6,
    });
    for (const row of rows) if (row.op !== undefined) expect(row.children.every((child) => child.plumbing)).toBe(true);
  });

  test("a module's value is the last that leaves it, not the last that is made in it", () => {
    const graph = graphOf([
      { name: 'a', op: 'Relu', module: 'm' },
      { name: 'b', op: 'Neg', module: 'm' },
      { name: 'c', op: 'Abs', module: 'm', from: ['a:0'] },
      { name: 'd', op: 'Exp', from: ['b:0'] },
    ]);
    expect(layerTree(graph)[0]).toMatchObject({ id: 'm', output: 'b:0' });
  });

  test('a value that leaves an inner module need not leave the outer one', () => {
    const graph = graphOf([
      { name: 'a', op: 'Relu', module: 'm.inner' },
      { name: 'b', op: 'Neg', module: 'm.inner' },
      { name: 'c', op: 'Exp', module: 'm' },
      { name: 'd', op: 'Abs' },
    ]);
    const rows = [...allLayers(layerTree(graph))];
    expect(rows.find((row) => row.id === 'm')?.output).toBe('c:0');
    expect(rows.find((row) => row.id === 'm.inner')?.output).toBe('b:0');
  });

  test("a module whose value is the model's output", () => {
    const graph = graphOf(
      [
        { name: 'a', op: 'Relu', module: 'm' },
        { name: 'b', op: 'Neg', module: 'm' },
      ],
      ['a:0'],
    );
    expect(layerTree(graph)[0]?.output).toBe('a:0');
  });

  test('names that begin alike are not nested', () => {
    const graph = graphOf([
      { name: 'a', op: 'Relu', module: 'conv1' },
      { name: 'b', op: 'Neg', module: 'conv1' },
      { name: 'c', op: 'Relu', module: 'conv10' },
      { name: 'd', op: 'Neg', module: 'conv10' },
    ]);
    expect(outline(layerTree(graph))).toEqual([
      ['conv1', ['a', 'b']],
      ['conv10', ['c', 'd']],
    ]);
    expect(layerTree(graph)[0]?.output).toBe('b:0');
  });

  test('ids are unique even where nodes are called like modules', () => {
    const graph = graphOf([
      { name: 'm', op: 'Relu', module: 'm' },
      { name: 'm.inner', op: 'Neg', module: 'm' },
      { name: 'm (Relu)', op: 'Abs', module: 'm.inner' },
      { name: 'z', op: 'Exp', module: 'm.inner' },
    ]);
    const ids = [...allLayers(layerTree(graph))].map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('m');
    expect(ids).toContain('m.inner');
  });

  test('empty names in a path are no modules', () => {
    const graph = graphOf([
      { name: 'a', op: 'Relu', module: '.m..n.' },
      { name: 'b', op: 'Neg', module: 'm.n' },
    ]);
    expect(outline(layerTree(graph))).toEqual([['m', [['m.n', ['a', 'b']]]]]);
  });

  test('of two thousand nodes takes less than a tenth of a second', () => {
    const steps = Array.from({ length: 2000 }, (_, i) => ({ name: `n${i}`, op: 'Relu', module: `blocks.${i >> 4}.part${i & 3}` }));
    const graph = graphOf(steps);
    const times = [1, 2, 3].map(() => {
      const before = process.cpuUsage();
      layerTree(graph);
      return process.cpuUsage(before).user / 1000;
    });
    expect(Math.min(...times)).toBeLessThan(100);
    const layers = layerTree(graph);
    expect([...allLayers(layers)].filter((row) => row.op !== undefined)).toHaveLength(2000);
  });
});

describe('a layer by name', () => {
  const graph = graphOf([
    { name: 'conv', op: 'Relu', module: 'a.b' },
    { name: 'act', op: 'Neg', module: 'a.b' },
    { name: 'only', op: 'Abs', module: 'outer.inner' },
    { name: 'a', op: 'Exp' },
    { name: 'last', op: 'Exp', to: 'conv' },
  ]);
  const layers = layerTree(graph);
  const find = (name: string) => findLayer(name, layers, graph);

  test('by module path, with what enters and leaves it', () => {
    expect(find('a.b')).toEqual({ id: 'a.b', inputs: ['x'], output: 'act:0', outputs: ['act:0'] });
  });

  test('by node and by value', () => {
    expect(find('act')).toEqual({ id: 'act', inputs: ['conv:0'], output: 'act:0', outputs: ['act:0'] });
    expect(find('act:0')).toEqual({ id: 'act:0', inputs: ['conv:0'], output: 'act:0', outputs: ['act:0'] });
  });

  test('by the path of a module that became one row with the one around it', () => {
    expect(layers.map((row) => row.id)).toContain('outer');
    expect(find('outer')).toMatchObject({ output: 'only:0' });
    expect(find('outer.inner')).toMatchObject({ id: 'outer.inner', output: 'only:0' });
  });

  test('by a name that module and node share, or node and value: an error says what it may be', () => {
    const module = refusal(() => find('a'));
    expect(module.kind).toBe('usage');
    expect(module.message).toMatch(/"a" is ambiguous: a module with the value act:0, a layer \(Exp\) with the value a:0/);
    expect(refusal(() => find('conv')).message).toMatch(/a layer \(Relu\) with the value conv:0, a value with the value conv\./);
  });

  test('in the tree every row is found by its id', () => {
    for (const row of allLayers(layers)) expect(layerOfRow(row.id, layers, graph).output).toBe(row.output);
  });

  test.each([
    ['features[1].conv2', 'features.1.conv2'],
    ['features[-1]', 'features.1'],
    ['features[-2][0]', 'features.0.0'],
    ['features[0][-1]', 'features.0.1'],
    ['features["1"].conv2', 'features.1.conv2'],
    ['features.1.Add', '/features/features.1/Add'],
    ['model.features.1', 'features.1'],
    ['module.model.features[1].relu', 'features.1.relu'],
    ['[0][1]', 'features.1'],
  ])('%s, as Python and PyTorch write it: %s', (written, id) => {
    const { layers: rows, graph: network } = Model.open(fixture('torchscript.onnx'));
    const [row] = [...allLayers(rows)].filter((layer) => layer.id === id);
    expect(findLayer(written, rows, network)).toMatchObject({ id: written, output: row?.output });
  });

  test.each('features[2] features[-3] features[x] features[ features.1[0] head[0] model. model.conv1 features.1.Relu'.split(' '))(
    '%s is unknown',
    (written) => {
      const { layers: rows, graph: network } = Model.open(fixture('torchscript.onnx'));
      expect(refusal(() => findLayer(written, rows, network)).message).toMatch(/There is no layer .* The nearest names are: /);
    },
  );

  test('by the place of a child with a name', () => {
    const named = graphOf([
      { name: 'a', op: 'Relu', module: 'features.conv0' },
      { name: 'b', op: 'Neg', module: 'features.norm5' },
    ]);
    expect(findLayer('features[-1]', layerTree(named), named).output).toBe('b:0');
  });

  test('by a name with another wrapper: only where one layer is meant', () => {
    const wrapped = graphOf([
      { name: 'a', op: 'Relu', module: 'model.conv' },
      { name: 'b', op: 'Neg', module: 'module.conv' },
      { name: 'c', op: 'Abs', module: 'model.fc' },
    ]);
    const rows = layerTree(wrapped);
    expect(findLayer('fc', rows, wrapped).output).toBe('c:0');
    expect(findLayer('model.conv', rows, wrapped).output).toBe('a:0');
    expect(refusal(() => findLayer('conv', rows, wrapped)).message).toMatch(/"conv" is ambiguous/);
  });

  test('that is unknown: the nearest names', () => {
    const error = refusal(() => find('a.bb'));
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/no layer "a\.bb".*nearest names are: a\.b/);
    expect(refusal(() => find('')).kind).toBe('usage');
  });
});

test('the nearest of names as long as a book are found at once', () => {
  const names = Array.from({ length: 200 }, (_, i) => `${i}${'x'.repeat(100_000)}`);
  const started = performance.now();
  expect(nearest('conv', [...names, 'conv1'], 1)).toEqual(['conv1']);
  expect(performance.now() - started).toBeLessThan(5000);
});

test('constants count as weights of the layer that uses them', () => {
  const weight = floats([4, 1, 1], [1, 2, 3, 4]);
  const base = graphOf([{ name: 'scale', op: 'Mul', module: 'm', from: ['x', 'w'] }]);
  const initializers = new Map([
    ['w', { name: 'w', dtype: 'float32' as const, dims: weight.dims, source: { kind: 'memory' as const, tensor: weight } }],
  ]);
  const graph = inferShapes({ ...base, initializers }).graph;
  expect(layerTree(graph)[0]).toMatchObject({ id: 'm', parameters: 4 });
});
