import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Model } from '../../../src/app/model.ts';
import { allLayers } from '../../../src/app/tree/layerTree.ts';
import { withFoldedNorms } from '../../../src/formats/onnx/foldedNorm.ts';
import type { Graph, Initializer, Node } from '../../../src/graph/graph.ts';
import { torchvisionGraph } from '../../tools/emptyWeights.ts';

const NETWORKS = path.join(import.meta.dirname, '../../fixtures/networks');

interface Network {
  readonly folded: Readonly<Record<string, string>>;
  readonly files: readonly { readonly file: string; readonly folded: boolean }[];
}

const exported = (JSON.parse(readFileSync(path.join(NETWORKS, 'captum.json'), 'utf8')) as Network[]).flatMap(({ folded, files }) =>
  files.map((file) => [file.file, file.folded ? Object.keys(folded) : []] as const),
);

test.each(exported)('%s: layers with a folded BatchNorm: %j', (file, folded) => {
  const model = Model.open(path.join(NETWORKS, 'models', file));
  const noted = [...allLayers(model.layers)].filter((layer) => layer.note !== undefined);
  expect(new Set(noted.map((layer) => layer.output))).toEqual(new Set(folded.map((layer) => model.findLayer(layer).output)));
  for (const { note } of noted) expect(note).toBe("conv + folded BatchNorm: in PyTorch this value is the BatchNorm's output");
});

test.each([
  ['resnet18', 20],
  ['mobilenet_v2', 52],
])("every convolution of torchvision's %s has one", (name, count) => {
  const rows = [...allLayers(Model.open(torchvisionGraph(name)).layers)];
  expect(rows.filter((row) => row.op === 'Conv' && row.note !== undefined)).toHaveLength(count);
  expect(rows.filter((row) => row.note !== undefined)).toHaveLength(count);
});

const weight = (name: string): Initializer => ({ name, dtype: 'float32', dims: [1], source: { kind: 'raw', bytes: new Uint8Array(4) } });

/** A layer of these weights, the first node of a chain. */
function graphOf(layer: Partial<Node>, weights: readonly string[], others: readonly string[], after: readonly Partial<Node>[]): Graph {
  const nodes = [{ op: 'Conv', inputs: ['x', ...weights], ...layer }, ...after].map(
    (node, i): Node => ({
      name: `n${i}`,
      op: 'Relu',
      domain: '',
      inputs: [`v${i - 1}`],
      outputs: [`v${i}`],
      attributes: {},
      ...node,
    }),
  );
  const initializers = new Map([...weights, ...others].map((name) => [name, weight(name)]));
  return { name: '', inputs: [{ name: 'x' }], outputs: [], nodes, initializers, values: new Map(), domains: new Map() };
}

const BATCH_NORM = { op: 'BatchNormalization' };

test.each<readonly [string, Partial<Node>, readonly string[], readonly string[], readonly Partial<Node>[], string | undefined]>([
  ['computed weight and bias', {}, ['onnx::Conv_12', 'onnx::Conv_13'], [], [], 'PyTorch'],
  ['the same of a transposed convolution', { op: 'ConvTranspose' }, ['onnx::ConvTranspose_1', 'onnx::ConvTranspose_2'], [], [], 'PyTorch'],
  ['the same before a BatchNorm that stayed', {}, ['onnx::Conv_12', 'onnx::Conv_13'], [], [BATCH_NORM], undefined],
  ['a computed weight with its own bias', {}, ['onnx::Conv_12', 'conv1.bias'], [], [], undefined],
  ['a computed weight without bias', {}, ['onnx::Conv_12'], [], [], undefined],
  ['a matrix product, which is never folded', { op: 'MatMul' }, ['onnx::MatMul_12', 'onnx::MatMul_13'], [], [], undefined],
  ['weight and bias by name', {}, ['conv1.weight', 'conv1.bias'], ['fc.weight'], [], undefined],
  ['a bias that was made for a weight', {}, ['conv1.weight', 'conv1.weight_bias'], [], [], 'PyTorch'],
  ['numbers in a file that keeps names', {}, ['193', '194'], ['fc.weight'], [], 'PyTorch'],
  ['numbers in a file that has nothing else', {}, ['1', '2'], ['3'], [], undefined],
  ['names of other kinds', {}, ['Parameter5', 'Parameter6'], ['fc.weight'], [], undefined],
  ["ONNX Runtime's", {}, ['ConvBnFusion_W_conv1.weight', 'ConvBnFusion_BN_B_bn1.bias'], [], [], 'PyTorch'],
  ["TensorFlow's converter's", {}, ['model/conv2d/Conv2D_weights_fused_bn', 'model/conv2d/Conv2D_bias_fused_bn'], [], [], 'Keras'],
  ['a joined name with a BatchNorm in it', { name: 'model/bn/FusedBatchNormV3;model/conv/BiasAdd' }, ['w1', 'b1'], [], [], 'Keras'],
  ['a joined name without', { name: 'model/conv/BiasAdd;model/conv/Conv2D' }, ['w1', 'b1'], [], [], undefined],
  ['a gap in a Sequential', { module: 'features.0' }, ['w1', 'b1'], [], [{ module: 'features.2' }], 'PyTorch'],
  ['a gap after parameters by name', { module: 'f.0' }, ['f.0.weight', 'f.0.bias'], [], [{ module: 'f.2' }], undefined],
  ['no gap', { module: 'features.0' }, ['w1', 'b1'], [], [{ module: 'features.1' }, { module: 'features.2' }], undefined],
])('%s', (_, layer, weights, others, after, framework) => {
  expect(withFoldedNorms(graphOf(layer, weights, others, after)).nodes[0]?.foldedNorm).toBe(framework);
});
