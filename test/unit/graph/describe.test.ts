import { describe, expect, test } from 'vitest';
import { describeNode, isPlumbing } from '../../../src/graph/describe.ts';
import { foldConstants } from '../../../src/graph/foldConstants.ts';
import { type AttributeInput, attributesOf, float, type Graph, type Initializer, type Node } from '../../../src/graph/graph.ts';
import { inferShapes } from '../../../src/graph/inferShapes.ts';
import type { DType } from '../../../src/tensor/dtype.ts';
import { floats, int64s, type Tensor, tensor } from '../../../src/tensor/tensor.ts';
import { caseNamed, graphOf, noise } from './shapeCases.ts';

interface Row {
  readonly op: string;
  /** A list of numbers is a weight of that shape, a tensor a constant; the rest are shapes of run-time inputs. */
  readonly x: readonly number[];
  readonly weights?: readonly (readonly number[] | Tensor)[];
  readonly attributes?: Readonly<Record<string, AttributeInput>>;
  readonly domain?: string;
}

/** A graph of one node over the input x and its weights. */
function oneNode({ op, x, weights = [], attributes = {}, domain = '' }: Row): Graph {
  const initializers = weights.map((w, i): Initializer => {
    const t = 'data' in w ? w : noise(w);
    return { name: `w${i}`, dtype: t.dtype, dims: t.dims, source: { kind: 'memory', tensor: t } };
  });
  const node: Node = {
    name: 'n',
    op,
    domain,
    inputs: ['x', ...initializers.map((w) => w.name)],
    outputs: ['y'],
    attributes: attributesOf(attributes),
  };
  const graph: Graph = {
    name: 'g',
    inputs: [{ name: 'x', dtype: 'float32', shape: x }],
    outputs: [{ name: 'y' }],
    nodes: [node],
    initializers: new Map(initializers.map((w) => [w.name, w])),
    values: new Map(),
    domains: new Map(),
  };
  return inferShapes(graph).graph;
}

const scalar = (value: number) => floats([], [value]);

describe('kind, hyper-parameters, parameters and multiply-accumulates', () => {
  test.each<[string, Row, number, number | undefined]>([
    [
      'Conv 16→32, 3×3, s2',
      { op: 'Conv', x: [1, 16, 8, 8], weights: [[32, 16, 3, 3], [32]], attributes: { strides: [2, 2], pads: [1, 1, 1, 1] } },
      4640,
      16 * 32 * 9 * 16,
    ],
    ['Conv 16→16, 1×1', { op: 'Conv', x: [2, 16, 4, 4], weights: [[16, 16, 1, 1]] }, 256, 256 * 16],
    ['Conv 8→16, 3, d2', { op: 'Conv', x: [1, 8, 20], weights: [[16, 8, 3]], attributes: { dilations: [2] } }, 384, 384 * 16],
    [
      'Conv 8→12, 3×3, s1×2, groups 4',
      { op: 'Conv', x: [1, 8, 9, 9], weights: [[12, 2, 3, 3]], attributes: { group: 4, strides: [1, 2] } },
      216,
      216 * 7 * 4,
    ],
    [
      'Depthwise conv 96, 3×3, s2',
      { op: 'Conv', x: [1, 96, 9, 9], weights: [[96, 1, 3, 3]], attributes: { group: 96, strides: [2, 2] } },
      864,
      864 * 16,
    ],
    [
      'Transposed conv 8→4, 2×2, s2',
      { op: 'ConvTranspose', x: [1, 8, 5, 5], weights: [[8, 4, 2, 2], [4]], attributes: { strides: [2, 2] } },
      132,
      128 * 25,
    ],
    ['Linear 1280→1000', { op: 'Gemm', x: [4, 1280], weights: [[1000, 1280], [1000]], attributes: { transB: 1 } }, 1281000, 1280000],
    ['Linear 8→5', { op: 'MatMul', x: [2, 7, 8], weights: [[8, 5]] }, 40, 7 * 40],
    ['Max pool 2×2, s2', { op: 'MaxPool', x: [1, 3, 8, 8], attributes: { kernel_shape: [2, 2], strides: [2, 2] } }, 0, 0],
    ['Global average pool', { op: 'GlobalAveragePool', x: [1, 3, 8, 8] }, 0, 0],
    ['Global average pool', { op: 'ReduceMean', x: [1, 3, 8, 8], weights: [int64s([2], [-1, -2])] }, 0, 0],
    ['Mean axis 1', { op: 'ReduceMean', x: [1, 3, 8], weights: [int64s([1], [1])] }, 0, 0],
    ['Batch norm 32', { op: 'BatchNormalization', x: [1, 32, 4, 4], weights: [[32], [32], [32], [32]] }, 64, 0],
    ['Layer norm 16', { op: 'LayerNormalization', x: [1, 5, 16], weights: [[16], [16]] }, 32, 0],
    ['Group norm 8, groups 2', { op: 'GroupNormalization', x: [1, 8, 4, 4], weights: [[8], [8]], attributes: { num_groups: 2 } }, 16, 0],
    ['ReLU', { op: 'Relu', x: [1, 3] }, 0, 0],
    ['ReLU6', { op: 'Clip', x: [1, 3], weights: [scalar(0), scalar(6)] }, 0, 0],
    ['Clip -1 … 1', { op: 'Clip', x: [1, 3], weights: [scalar(-1), scalar(1)] }, 0, 0],
    ['Clip 0 … ∞', { op: 'Clip', x: [1, 3], weights: [scalar(0)] }, 0, 0],
    ['Leaky ReLU 0.1', { op: 'LeakyRelu', x: [1, 3], attributes: { alpha: float(Math.fround(0.1)) } }, 0, 0],
    ['PReLU 1', { op: 'PRelu', x: [1, 3], weights: [[1]] }, 1, 0],
    ['Hard swish', { op: 'HardSwish', x: [1, 3] }, 0, 0],
    ['Softmax axis 1', { op: 'Softmax', x: [1, 3], attributes: { axis: 1 } }, 0, 0],
    ['Bias', { op: 'Add', x: [1, 3], weights: [[3]] }, 3, 0],
    ['Multiply', { op: 'Mul', x: [1, 3], weights: [int64s([], [2])] }, 0, 0],
    [
      'Resize linear, ×2',
      { op: 'Resize', x: [1, 3, 4, 4], weights: [[0], floats([4], [1, 1, 2, 2])], attributes: { mode: 'linear' } },
      0,
      0,
    ],
    ['Reshape 1×12', { op: 'Reshape', x: [1, 3, 4], weights: [int64s([2], [1, -1])] }, 0, 0],
    ['Depth to space ×2', { op: 'DepthToSpace', x: [1, 8, 2, 2], attributes: { blocksize: 2 } }, 0, 0],
    [
      'LSTM 3→4, bidirectional',
      {
        op: 'LSTM',
        x: [5, 1, 3],
        weights: [
          [2, 16, 3],
          [2, 16, 4],
        ],
        attributes: { hidden_size: 4, direction: 'bidirectional' },
      },
      224,
      5 * 224,
    ],
    ['Einsum bij,jk->bik', { op: 'Einsum', x: [2, 3, 4], weights: [[4, 5]], attributes: { equation: 'bij,jk->bik' } }, 20, 60],
    ['Non max suppression', { op: 'NonMaxSuppression', x: [1, 5, 4] }, 0, 0],
    ['Tree ensemble classifier', { op: 'TreeEnsembleClassifier', domain: 'ai.onnx.ml', x: [1, 3] }, 0, undefined],
    ['SVM regressor', { op: 'SVMRegressor', domain: 'ai.onnx.ml', x: [1, 3] }, 0, undefined],
    ['my strange', { op: 'my_Strange', domain: 'custom', x: [1, 3], weights: [[3, 3]] }, 9, undefined],
  ])('%s', (text, row, parameters, macs) => {
    const graph = oneNode(row);
    const found = describeNode(graph.nodes[0] as Node, graph);
    expect(`${found.kind} ${found.detail}`.trim()).toBe(text);
    expect(found).toMatchObject({ parameters });
    expect(found.macs).toBe(macs);
  });

  test('a 1×1 weight of another dtype counts where it is quantised', () => {
    const weight = (dtype: 'int8' | 'uint8', dims: number[]) =>
      tensor(dtype, dims, (dtype === 'int8' ? new Int8Array(12) : new Uint8Array(12)) as never);
    const graph = oneNode({ op: 'ConvInteger', x: [1, 3, 4, 4], weights: [weight('int8', [4, 3, 1, 1])] });
    expect(describeNode(graph.nodes[0] as Node, graph)).toEqual({ kind: 'Conv', detail: '3→4, 1×1', parameters: 12, macs: 192 });
  });
});

describe.each(['exported View', 'exported Attend'])('%s', (name) => {
  const c = caseNamed(name);
  test.each([
    ['with numbers', graphOf(c)],
    ['with an open batch', graphOf(c, (_, dims) => ['batch', ...dims.slice(1)])],
  ])('%s, parameters and multiply-accumulates are those that PyTorch counts', (_, graph) => {
    const folded = foldConstants(graph);
    const found = folded.nodes.map((node) => describeNode(node, folded));
    expect(found.reduce((sum, d) => sum + d.parameters, 0)).toBe(c.parameters);
    expect(found.reduce((sum, d) => sum + (d.macs ?? Number.NaN), 0)).toBe(c.macs);
  });

  test('what computes is shown, the rest is hidden', () => {
    const folded = foldConstants(graphOf(c, () => ['batch', 3, 'height', 'width']));
    const computing = new Set(['Conv', 'Relu', 'MatMul', 'Softmax', 'Resize', 'LayerNormalization', 'Erf', 'ReduceMean']);
    const hidden = folded.nodes.filter((node) => isPlumbing(node, folded)).map((node) => node.op);
    const shown = folded.nodes.filter((node) => !isPlumbing(node, folded)).map((node) => node.op);
    expect(hidden.filter((op) => computing.has(op))).toEqual([]);
    expect(
      shown.filter((op) => ['Shape', 'Constant', 'Cast', 'Unsqueeze', 'Range', 'Reshape', 'Transpose', 'Expand'].includes(op)),
    ).toEqual([]);
  });
});

describe('isPlumbing', () => {
  const chain = (nodes: readonly (readonly [op: string, inputs: string[], output: string, module?: string, to?: number])[]): Graph =>
    inferShapes({
      name: 'g',
      inputs: [{ name: 'x', dtype: 'float32' as DType, shape: ['n', 3, 4, 4] }],
      outputs: [{ name: nodes.at(-1)?.[2] ?? '' }],
      nodes: nodes.map(([op, inputs, output, module], i) => ({
        name: `n${i}`,
        op,
        domain: '',
        inputs,
        outputs: [output],
        attributes: {},
        ...(module && { module }),
      })),
      initializers: new Map([['zero', { name: 'zero', dtype: 'int64', dims: [], source: { kind: 'memory', tensor: int64s([], [0]) } }]]),
      values: new Map(),
      domains: new Map(),
    }).graph;
  const plumbing = (graph: Graph) => graph.nodes.filter((node) => isPlumbing(node, graph)).map((node) => node.op);

  test('shape arithmetic is, a result that happens to be integers is not', () => {
    expect(
      plumbing(
        chain([
          ['Shape', ['x'], 's'],
          ['Gather', ['s', 'zero'], 'b'],
          ['Relu', ['x'], 'y'],
        ]),
      ),
    ).toEqual(['Shape', 'Gather']);
    expect(
      plumbing(
        chain([
          ['Relu', ['x'], 'y'],
          ['ArgMax', ['y'], 'z'],
        ]),
      ),
    ).toEqual([]);
  });

  test('a Flatten is, unless its module does nothing else', () => {
    expect(
      plumbing(
        chain([
          ['Relu', ['x'], 'y', 'act'],
          ['Flatten', ['y'], 'z', 'flat'],
        ]),
      ),
    ).toEqual([]);
    expect(
      plumbing(
        chain([
          ['Relu', ['x'], 'y', 'head'],
          ['Flatten', ['y'], 'z', 'head'],
        ]),
      ),
    ).toEqual(['Flatten']);
    expect(
      plumbing(
        chain([
          ['Relu', ['x'], 'y'],
          ['Flatten', ['y'], 'z'],
        ]),
      ),
    ).toEqual(['Flatten']);
    expect(
      plumbing(
        chain([
          ['Flatten', ['x'], 'y', 'head'],
          ['Relu', ['y'], 'z', 'head.act'],
        ]),
      ),
    ).toEqual(['Flatten']);
  });
});
