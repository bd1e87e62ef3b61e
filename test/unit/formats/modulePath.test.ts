import { expect, test } from 'vitest';
import { foldedModule, modulePath, withoutModelName } from '../../../src/formats/onnx/modulePath.ts';
import type { Node } from '../../../src/graph/graph.ts';

const NONE = new Map<string, string>();
const scopes = (text: string) => new Map([['pkg.torch.onnx.name_scopes', text]]);

test.each([
  ['/features/features.18/features.18.0/Conv', 'features.18.0'],
  ['/layer1/layer1.0/conv1/Conv', 'layer1.0.conv1'],
  ['/layer1/layer1.0/downsample/downsample.0/Conv', 'layer1.0.downsample.0'],
  ['/layer1/layer1.0/relu_1/Relu', 'layer1.0.relu_1'],
  ['/layer1/layer1.0/Add', 'layer1.0'],
  ['/encoder/layer/0/attention/MatMul', 'encoder.layer.0.attention'],
  // A child that begins like its parent, but is no element of it.
  ['/conv/conv2/Conv', 'conv.conv2'],
  // What ONNX Runtime's optimiser makes of names.
  ['/blocks/blocks.0/attn/MatMul_1/MatMulScaleFusion//MatmulTransposeFusion/', 'blocks.0.attn'],
  ['fused /fc1/Gemm', 'fc1'],
  ['node_MatMul_11/MatMulAddFusion', undefined],
  ['/Flatten', ''],
  ['model/block/conv/Conv2D', 'model.block.conv'],
  // Ultralytics.
  ['/model.0/conv/Conv', 'model.0.conv'],
  ['/model.22/cv2.0/cv2.0.0/act/Mul', 'model.22.cv2.0.0.act'],
  ['StatefulPartitionedCall/resnet50/conv1_conv/Conv2D', 'resnet50.conv1_conv'],
  ['StatefulPartitionedCall/PartitionedCall_1/model/dense/MatMul', 'model.dense'],
  ['StatefulPartitionedCall/Identity', ''],
  ['fire2/squeeze1x1', 'fire2'],
  ['model/relu/Relu;model/bn/FusedBatchNormV3;model/conv2d/BiasAdd;model/conv2d_2/Conv2D;model/conv2d/Conv2D1', 'model.conv2d'],
  ['model/relu/Relu;model/bn/FusedBatchNormV3', undefined],
  [';', undefined],
  ['Conv_12', undefined],
  ['', undefined],
  ['/', undefined],
  ['//', undefined],
])("%s, as PyTorch's older exporter and Keras name nodes: %s", (name, path) => {
  expect(modulePath(name, NONE)).toBe(path);
});

test.each([
  ["['', 'features', 'features.0', 'features.0.0', 'conv2d']", 'features.0.0'],
  ["['', 'add']", ''],
  ["['_empty_nn_module_stack_from_metadata_hook', 'sym_size_int_1']", ''],
  [`["", "layer's", "relu"]`, "layer's"],
  ["['relu']", ''],
  ['[]', ''],
  ['no list', ''],
])('scopes %s: %s', (text, path) => {
  expect(modulePath('node_conv2d', scopes(text))).toBe(path);
});

test.each([`'${'a"'.repeat(200_000)}`, `${`'"`.repeat(200_000)}`, '"'.repeat(400_001)])('hostile scopes take no time', (text) => {
  const started = performance.now();
  modulePath('n', scopes(text));
  expect(performance.now() - started).toBeLessThan(2000);
});

test('a name of a million scopes takes no time', () => {
  const started = performance.now();
  modulePath('/a'.repeat(1_000_000), NONE);
  expect(performance.now() - started).toBeLessThan(2000);
});

const BATCH_NORM = "['', 'layer1', 'layer1.bn1', '_native_batch_norm_legit_no_training_1']";

test.each([
  ['Conv', 'layer1.conv1.weight', BATCH_NORM, 'layer1.conv1'],
  ['BatchNormalization', 'layer1.bn1.weight', BATCH_NORM, undefined],
  ['Conv', 'val_5', BATCH_NORM, undefined],
  ['Conv', undefined, BATCH_NORM, undefined],
  ['Conv', 'layer1.conv1.weight', "['', 'layer1', 'layer1.conv1', 'conv2d']", undefined],
  ['Conv', 'layer1.conv1.weight', '', undefined],
])('%s with the weight %s in the scopes %s: %s', (op, weight, text, module) => {
  expect(foldedModule(op, weight, scopes(text))).toBe(module);
});

test.each([
  [
    ['model/conv1/Conv2D', 'StatefulPartitionedCall/model/block/conv/Conv2D', 'Transpose__8', 'model/Add'],
    ['conv1', 'block.conv', undefined, ''],
  ],
  // Two models, and one that computes everything itself.
  [
    ['encoder/conv1/Conv2D', 'decoder/conv1/Conv2D'],
    ['encoder.conv1', 'decoder.conv1'],
  ],
  [
    ['conv1/Conv2D', 'conv1/BiasAdd'],
    ['conv1', 'conv1'],
  ],
  // PyTorch's module of this name is the author's.
  [
    ['/model/conv1/Conv', '/model/conv2/Conv'],
    ['model.conv1', 'model.conv2'],
  ],
])('layers are called as in Keras: %j', (names, modules) => {
  const nodes = names.map((name): Node => {
    const module = modulePath(name, NONE);
    return { name, op: 'Conv', domain: '', inputs: [], outputs: [], attributes: {}, ...(module !== undefined && { module }) };
  });
  expect(withoutModelName(nodes).map((node) => node.module)).toEqual(modules);
});
