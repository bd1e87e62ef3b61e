import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeOnnx } from '../../../../src/formats/onnx/decode.ts';
import { lift } from '../../../../src/formats/onnx/lift.ts';
import { moduleOfWeight } from '../../../../src/formats/onnx/modules/weightNames.ts';
import { withModules } from '../../../../src/formats/onnx/modules/withModules.ts';
import { isPlumbing } from '../../../../src/graph/describe.ts';
import type { Graph, Initializer, Node } from '../../../../src/graph/graph.ts';
import { inferShapes } from '../../../../src/graph/inferShapes.ts';
import { named } from '../../../../src/graph/names.ts';

test.each([
  ['base_net.0.0.weight', 'base_net.0.0'],
  ['conv1.bias', 'conv1'],
  ['blocks.1.attn.in_proj_weight', 'blocks.1.attn'],
  ['model.22.dfl.conv.weight_quantized', 'model.22.dfl.conv'],
  ['conv1.weight_scale', 'conv1'],
  ['0.weight', '0'],
  ['heads.scales.3', 'heads'],
  ['conv2d_0.w_0', 'conv2d_0'],
  ['layer1/weights', 'layer1'],
  ['conv1/kernel:0', 'conv1'],
  ['model/stem/bn/moving_variance:0', 'model.stem.bn'],
  ['fire2/squeeze1x1_w_0', 'fire2.squeeze1x1'],
  ['conv1_w_0', 'conv1'],
  ['features_0_weight', 'features_0'],
  ['resnetv24_stage1_conv0_weight', 'resnetv24_stage1_conv0'],
  ['convolution13_W', 'convolution13'],
  ['bn0_moving_var', 'bn0'],
  ['onnx::Conv_123', undefined],
  ['193', undefined],
  ['1.0', undefined],
  ['input.13', undefined],
  ['Parameter5', undefined],
  ['class_token', undefined],
  ['w22', undefined],
  ['weight', undefined],
  ['kernel:0', undefined],
  ['', undefined],
  ['/', undefined],
  ['.weight', undefined],
  ['a..weight', undefined],
  [`${'a.'.repeat(1000)}weight`, undefined],
])('the weight %s is of module %s', (name, module) => {
  expect(moduleOfWeight(name)?.path).toBe(module);
});

const weight = (name: string): Initializer => ({
  name,
  dtype: 'float32',
  dims: [4, 4, 3, 3],
  source: { kind: 'raw', bytes: new Uint8Array(0) },
});

/** "Conv x conv1.weight > y": inputs that no node makes are weights, but for x. An operator may have a name: "conv0_fwd=Conv". */
function graphOf(lines: readonly string[]): Graph {
  const written = lines.map((line): Node => {
    const [call = '', output = ''] = line.split(' > ');
    const [operator = '', ...inputs] = call.split(' ');
    const [op = '', name = ''] = operator.split('=').reverse();
    return { name, op, domain: '', inputs, outputs: [output], attributes: {} };
  });
  const nodes = named(written);
  const made = new Set(['x', ...nodes.flatMap((node) => node.outputs)]);
  const weights = nodes.flatMap((node) => node.inputs).filter((name) => !made.has(name));
  const last = nodes.at(-1)?.outputs[0] ?? '';
  const initializers = new Map(weights.map((name) => [name, weight(name)]));
  return { name: '', inputs: [{ name: 'x' }], outputs: [{ name: last }], nodes, initializers, values: new Map(), domains: new Map() };
}

const modulesOf = (graph: Graph): (string | undefined)[] => withModules(graph).nodes.map((node) => node.module);

describe('modules of nodes without names', () => {
  test.each<readonly [string, readonly (readonly [string, string | undefined])[]]>([
    [
      'what stands behind a layer joins what is around it, a pool what is around both sides',
      [
        ['Conv x features.0.0.weight > a', 'features.0.0'],
        ['BatchNormalization a features.0.1.weight > b', 'features.0.1'],
        ['Relu b > c', 'features.0'],
        ['MaxPool c > d', 'features'],
        ['Conv d features.1.0.weight > e', 'features.1.0'],
        ['Relu e > f', 'features.1'],
        ['GlobalAveragePool f > g', ''],
        ['Flatten g > h', ''],
        ['Gemm h fc.weight fc.bias > y', 'fc'],
      ],
    ],
    [
      'a residual block, with its own end in it and not in what is around the block before',
      [
        ['Conv x layer1.0.conv1.weight > a', 'layer1.0.conv1'],
        ['Relu a > b', 'layer1.0'],
        ['Conv b layer1.1.conv1.weight > c', 'layer1.1.conv1'],
        ['Relu c > d', 'layer1.1'],
        ['Conv d layer1.1.conv2.weight > e', 'layer1.1.conv2'],
        ['Add e b > f', 'layer1.1'],
        ['Relu f > g', 'layer1.1'],
        ['Conv g layer2.0.conv2.weight > h', 'layer2.0.conv2'],
        ['Conv g layer2.0.downsample.0.weight > i', 'layer2.0.downsample.0'],
        ['Add h i > y', 'layer2.0'],
      ],
    ],
    [
      'a sum over a Sequential is outside of it, the parts of an activation are inside',
      [
        ['Conv x stem.weight > s', 'stem'],
        ['Conv s block.body.0.weight > a', 'block.body.0'],
        ['Sigmoid a > b', 'block.body'],
        ['Mul a b > c', 'block.body'],
        ['Conv c block.body.2.weight > d', 'block.body.2'],
        ['Add s d > e', 'block'],
        ['Conv e head.weight > y', 'head'],
      ],
    ],
    [
      'what joins several modules stands around them',
      [
        ['Conv x m.a.conv.weight > a', 'm.a.conv'],
        ['Conv x m.b.conv.weight > b', 'm.b.conv'],
        ['Concat a b > c', 'm'],
        ['Conv c n.conv.weight > d', 'n.conv'],
        ['Conv x k.conv.weight > e', 'k.conv'],
        ['Concat d e > y', ''],
      ],
    ],
    [
      'a matrix product is of the module of its bias, and its weight of nothing by itself',
      [
        ['Transpose onnx::MatMul_4 > w', 'mlp.fc1'],
        ['MatMul x w > a', 'mlp.fc1'],
        ['Add mlp.fc1.bias a > b', 'mlp.fc1'],
        ['Erf b > c', 'mlp'],
        ['Transpose mlp.fc2.weight > v', 'mlp.fc2'],
        ['MatMul c v > y', 'mlp.fc2'],
      ],
    ],
    [
      'weights with numbers for names tell nothing, and what stands behind them stays without',
      [
        ['Conv x 193 194 > a', undefined],
        ['Relu a > b', undefined],
        ['Gemm b fc.weight fc.bias > c', 'fc'],
        ['Softmax c > y', ''],
      ],
    ],
    [
      "Caffe2's values are called like the weights",
      [
        ['Conv x conv1_w_0 conv1_b_0 > conv1_1', 'conv1'],
        ['Relu conv1_1 > conv1_2', 'conv1'],
        ['MaxPool conv1_2 > pool1_1', 'pool1'],
        ['Conv pool1_1 fire2/expand1x1_w_0 > fire2/expand1x1_1', 'fire2.expand1x1'],
        ['Conv pool1_1 fire2/expand3x3_w_0 > fire2/expand3x3_1', 'fire2.expand3x3'],
        ['Concat fire2/expand1x1_1 fire2/expand3x3_1 > fire2/concat_1', 'fire2.concat'],
      ],
    ],
    [
      "Gluon's nodes have steps between underscores",
      [
        ['resnetv24_conv0_fwd=Conv x resnetv24_conv0_weight > a', 'conv0'],
        ['resnetv24_stage1_conv0_fwd=Conv a resnetv24_stage1_conv0_weight > b', 'stage1.conv0'],
        ['resnetv24_stage1__plus0=Add a b > c', 'stage1.plus0'],
        ['resnetv24_dense0_fwd=Gemm c resnetv24_dense0_weight > y', 'dense0'],
      ],
    ],
    [
      'Gluon without blocks: the names of the nodes say it all',
      [
        ['vgg0_conv0_fwd=Conv x vgg0_conv0_weight > a', undefined],
        ['vgg0_conv1_fwd=Conv a vgg0_conv1_weight > y', undefined],
      ],
    ],
    [
      'a layer that has a name keeps it; one that has none is called like its weights',
      [
        ['convolution1=Conv x convolution1_W > a', undefined],
        ['Conv a conv_pw_W > y', 'conv_pw'],
      ],
    ],
  ])('%s', (_, lines) => {
    expect(modulesOf(graphOf(lines.map(([line]) => line)))).toEqual(lines.map(([, module]) => module));
  });

  test('modules that nodes tell stay', () => {
    const graph = graphOf(['Conv x conv1.weight > a', 'Relu a > b', 'Conv b conv2.weight > y']);
    const told = { ...graph, nodes: graph.nodes.map((node, i) => (i === 0 ? { ...node, module: 'stem.first' } : node)) };
    expect(modulesOf(told)).toEqual(['stem.first', 'stem', 'conv2']);
  });

  test('a value that tens of thousands read makes nothing slow', () => {
    const lines = Array.from({ length: 25_000 }, (_, i) => [
      `Conv v${2 * i} block.${i >> 3}.conv${i & 7}.weight > v${2 * i + 1}`,
      `Add v${2 * i + 1} v0 > v${2 * i + 2}`,
    ]);
    const graph = graphOf(['Relu x > v0', ...lines.flat()]);
    const started = performance.now();
    withModules(graph);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

const MODELS = path.join(import.meta.dirname, '../../../fixtures/networks/models');

/** Nodes that are placed elsewhere than they stood: nothing in the file tells that two pools are children of other Sequentials. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'branches.script': ['/pooled/pooled.0/AveragePool', '/maximum/maximum.0/MaxPool'],
  'branches.dynamo': ['node_avg_pool2d', 'node_max_pool2d'],
  // The module of the output projection is told by its weight, but not by the scopes, as it runs inside of a function.
  'transformer.dynamo': ['node_linear_5'],
};

test.each(
  'residual.script.unfolded residual.dynamo.unfolded inverted.script.unfolded inverted.dynamo.unfolded segmenter.script.unfolded segmenter.dynamo.unfolded branches.script branches.dynamo perceptron.script perceptron.dynamo transformer.dynamo'.split(
    ' ',
  ),
)("%s without its nodes' names: layers are in their modules, the rest in what is around its own", (name) => {
  const exported = lift(decodeOnnx(path.join(MODELS, `${name}.onnx`)));
  const bare = { ...exported, nodes: exported.nodes.map(({ module: _, ...node }) => node) };
  const graph = inferShapes(withModules(bare)).graph;
  const elsewhere = graph.nodes.filter((node, i) => {
    const module = exported.nodes[i]?.module ?? '';
    const around = module.slice(0, Math.max(0, module.lastIndexOf('.')));
    const hasWeights = node.inputs.some((input) => input.endsWith('.weight'));
    return !isPlumbing(node, graph) && node.module !== module && (hasWeights || node.module !== around);
  });
  expect(elsewhere.map((node) => node.name)).toEqual(ELSEWHERE[name] ?? []);
});
