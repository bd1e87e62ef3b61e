import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { Baselines } from '../../src/attribution/baselines.ts';
import { Subject } from '../../src/attribution/evaluation/subject.ts';
import { deepLift } from '../../src/attribution/primary/deepLift.ts';
import { Random } from '../../src/attribution/random.ts';
import { Work } from '../../src/attribution/work.ts';
import { onnxRuntime } from '../../src/engines/onnxruntime/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { EMPTY_GRAPH } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/inferShapes.ts';
import { floats, sizeOf, type Tensor, tensor } from '../../src/tensor/tensor.ts';
import { relativeDistance } from '../tools/distance.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');

function normal(dims: readonly number[], seed: number): Tensor<'float32'> {
  const random = new Random(seed);
  return tensor(
    'float32',
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => random.normal()),
  );
}

/** A file, the shape of its input, a target, and what keeps DeepLift from being complete with Captum's list of activations. */
const NETWORKS: readonly (readonly [string, readonly number[], number, readonly string[]])[] = [
  ['networks/models/residual.script.unfolded.onnx', [2, 3, 21, 30], 3, []],
  ['networks/models/residual.dynamo.onnx', [2, 3, 21, 30], 8, []],
  ['networks/models/inverted.script.onnx', [2, 3, 26, 34], 0, ['6 Clip (ReLU6)']],
  [
    'networks/models/branches.script.onnx',
    [2, 3, 26, 21],
    1,
    ['1 Mul (SiLU)', '1 Mul (GELU)', '1 HardSwish', '1 InstanceNormalization', '1 Mul of two varying values'],
  ],
  ['networks/models/branches.dynamo.onnx', [2, 3, 26, 21], 6, ['1 Mul of two varying values']],
  ['networks/models/transformer.script.onnx', [2, 3, 16, 20], 0, ['MatMul of two varying values', 'Mul (GELU)']],
  ['networks/models/transformer.dynamo.onnx', [2, 3, 16, 20], 5, ['LayerNormalization', 'MatMul of two varying values']],
  ['methods/models/plain.onnx', [2, 2, 6, 7], 2, ['1 Mul (SiLU)', '1 Clip (ReLU6)', '1 HardSwish', '2 Mul (GELU)', '1 Mul (Mish)']],
  ['methods/models/overlapping.onnx', [2, 2, 8, 10], 1, []],
];

type Make = (builder: GraphBuilder, x: string, other: string) => string;

const op =
  (name: string, attributes: Parameters<GraphBuilder['op']>[2] = {}): Make =>
  (builder, x) =>
    builder.op(name, [x], attributes);
/** With constants behind the first input. */
const withConstants =
  (name: string, constants: readonly Tensor[], attributes: Parameters<GraphBuilder['op']>[2] = {}): Make =>
  (builder, x) =>
    builder.op(name, [x, ...constants.map((constant) => builder.constant(constant))], attributes);
const pair =
  (name: string): Make =>
  (builder, x, other) =>
    builder.op(name, [x, other]);
const square: Make = (builder, x) => builder.add(builder.mul(x, x), builder.float(0.3));
/** Of numbers that are positive. */
const ofPositive =
  (name: string, attributes: Parameters<GraphBuilder['op']>[2] = {}): Make =>
  (builder, x, other) =>
    builder.op(name, [square(builder, x, other)], attributes);
/** Of numbers between -1 and 1. */
const ofSmall =
  (name: string): Make =>
  (builder, x) =>
    builder.op(name, [builder.mul(builder.op('Sin', [x]), builder.float(0.9))]);
const vector = (...values: readonly number[]): Tensor => floats([values.length], values);
const scalar = (value: number): Tensor => floats([], [value]);
const ELEMENTWISE = (
  'Relu LeakyRelu Elu Celu Selu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign Gelu Mish Abs Exp Erf Sin Cos Atan Sinh Cosh Asinh ' +
  'GlobalMaxPool'
).split(' ');

/** Operators with rules of their own, on values of 2×4×5×6 of which `other` is the half along the channels. */
const OPERATORS: Readonly<Record<string, Make>> = {
  ...Object.fromEntries(ELEMENTWISE.map((name) => [name, op(name)])),
  ...Object.fromEntries(['Sqrt', 'Reciprocal', 'Log'].map((name) => [name, ofPositive(name)])),
  ...Object.fromEntries(
    ['ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMin'].map((name): [string, Make] => [
      name,
      (builder, x) => builder.op(name, [x, builder.ints([1, 2, 3])]),
    ]),
  ),
  ...Object.fromEntries(['Tan', 'Asin', 'Acos', 'Atanh'].map((name) => [name, ofSmall(name)])),
  ...Object.fromEntries(['Mul', 'Div', 'MatMul', 'Max', 'Min'].map((name) => [`${name} of two`, pair(name)])),
  'Gelu by tanh': op('Gelu', { approximate: 'tanh' }),
  Acosh: (builder, x, other) => builder.op('Acosh', [builder.add(square(builder, x, other), builder.float(1))]),
  ThresholdedRelu: op('ThresholdedRelu'),
  Shrink: op('Shrink'),
  PRelu: withConstants('PRelu', [floats([4, 1, 1], [0.1, -0.2, 0.5, 0])]),
  'Clip to 6': withConstants('Clip', [scalar(0), scalar(0.6)]),
  'Clip from 0': withConstants('Clip', [scalar(0)]),
  'Max with 0': withConstants('Max', [scalar(0)]),
  'Max with numbers': withConstants('Max', [floats([4, 1, 1], [0.1, -0.2, 0.5, 0])]),
  'Min with a number': withConstants('Min', [scalar(0.2)]),
  'Pow of 2': withConstants('Pow', [scalar(2)]),
  'Pow of 3': withConstants('Pow', [scalar(3)]),
  'Pow of 1.5': (builder, x, other) => builder.op('Pow', [square(builder, x, other), builder.float(1.5)]),
  'Mul with itself': (builder, x) => builder.mul(x, x),
  'Mul broadcast': (builder, x) => builder.mul(x, builder.op('GlobalAveragePool', [x])),
  'Div by a norm': (builder, x) => builder.div(x, builder.op('ReduceL2', [x, builder.ints([1])])),
  'Div by itself and more': (builder, x, other) => builder.div(x, square(builder, x, other)),
  'Gemm of two': (builder, x, other) => {
    const rows = (value: string): string => builder.op('Reshape', [value, builder.ints([2, 120])]);
    return builder.op('Gemm', [rows(x), rows(other)], { transB: 1 });
  },
  'Einsum of two': (builder, x, other) => builder.op('Einsum', [x, other], { equation: 'nchw,nchv->ncwv' }),
  'Conv with computed weights': (builder, x) => {
    const weights = builder.op('Slice', [x, builder.ints([0, 0]), builder.ints([3, 3]), builder.ints([2, 3])]);
    return builder.op('Conv', [x, weights]);
  },
  Softmax: op('Softmax', { axis: 1 }),
  'Softmax of large numbers': (builder, x) => builder.op('Softmax', [builder.mul(x, builder.float(30))]),
  'Softmax behind a mask': (builder, x) =>
    builder.op('Softmax', [builder.add(x, builder.constant(floats([1, 6], [0, -Infinity, 0, 0, -Infinity, 0])))]),
  LogSoftmax: op('LogSoftmax', { axis: -1 }),
  'Where of a constant condition': (builder, x, other) =>
    builder.op('Where', [builder.op('Cast', [builder.constant(vector(1, 0, 0, 1, 1, 0))], { to: 9 }), x, other]),
  MaxPool: op('MaxPool', { kernel_shape: [3, 2], strides: [1, 2], pads: [1, 0, 1, 0] }),
  'ReduceMax of axes, left out': (builder, x) => builder.op('ReduceMax', [x, builder.ints([1, 3])], { keepdims: 0 }),
  'ReduceLogSumExp of an axis': (builder, x) => builder.op('ReduceLogSumExp', [x, builder.ints([2])], { keepdims: 0 }),
  LayerNormalization: withConstants('LayerNormalization', [vector(1, 2, 0.5, -1, 1, 0.1), vector(0, 0.5, 1, 0, 0, 0)]),
  RMSNormalization: withConstants('RMSNormalization', [vector(1, 2, 0.5, -1, 1, 0.1)]),
  InstanceNormalization: withConstants('InstanceNormalization', [vector(1, 2, 0.5, -1), vector(0, 0.5, 1, 0)]),
  GroupNormalization: withConstants('GroupNormalization', [vector(1, 2, 0.5, -1), vector(0, 0.5, 1, 0)], { num_groups: 2 }),
  MeanVarianceNormalization: op('MeanVarianceNormalization', { axes: [1, 2, 3] }),
};

describe('DeepLift of an operator is complete with rescale_all', () => {
  it.each(Object.entries(OPERATORS))('%s', async (_, make) => {
    const dims = [2, 4, 5, 6];
    const builder = new GraphBuilder(EMPTY_GRAPH);
    const x = builder.input('x', 'float32', dims);
    const varying = builder.op('Conv', [x, builder.constant(normal([4, 4, 1, 1], 5))]);
    const turned = builder.op('Transpose', [builder.op('Reshape', [varying, builder.ints([2, 4, 6, 5])])], { perm: [0, 1, 3, 2] });
    const square = builder.op('MatMul', [turned, builder.constant(normal([6, 6], 6))]);
    const usesMatrices = make === OPERATORS['MatMul of two'];
    const other = usesMatrices ? builder.op('Transpose', [square], { perm: [0, 1, 3, 2] }) : square;
    builder.output(make(builder, varying, other), 'y');
    const { graph } = inferShapes(builder.build());
    const [{ name: output, shape }] = graph.outputs as unknown as [{ name: string; shape: readonly number[] }];
    const subject = new Subject({
      graph,
      session: (_key, build) => onnxRuntime.createSession(build(), { threads: 1 }),
      feeds: { x: normal(dims, 3) },
      attributed: [x],
      output,
      target: normal(shape, 4),
    });
    const request = { subject, baselines: new Baselines(new Map(), normal(dims, 7)), random: new Random(0), work: new Work() };
    const [set, scores] = [{ multiply_by_inputs: true, eps: 1e-10, rescale_all: true }, await subject.scores()];
    const { delta = [] } = await deepLift.attribute({ ...request, parameters: set });
    expect(delta).toHaveLength(2);
    // together: some operators mix the examples
    const missing = delta.reduce((sum, part) => sum + part, 0);
    expect(Math.abs(missing)).toBeLessThanOrEqual(1e-4 * scores.reduce((sum, score) => sum + Math.abs(score), 1));
  });
});

describe.each(NETWORKS)('DeepLift of %s', (file, dims, target, plainly) => {
  const model = Model.open(path.join(FIXTURES, file), { threads: 1 });
  const name = model.graph.inputs[0]?.name ?? '';
  const feeds = { [name]: normal(dims, 1) };
  const lift = (set: Readonly<Record<string, unknown>>, baseline: number | Tensor<'float32'>) =>
    attribute(model, { method: 'DeepLift', feeds, target, set, baselines: new Baselines(new Map(), baseline) });

  it.each([
    ['0', 0],
    ['-1.5', -1.5],
    ['noise', normal(dims, 2)],
  ] as const)('is complete with rescale_all, from the baseline %s', async (_, baseline) => {
    const { delta = [], remarks, attribution } = await lift({ rescale_all: true }, baseline);
    const size = attribution.data.length / delta.length;
    expect(delta).toHaveLength(dims[0] as number);
    for (const [i, missing] of delta.entries()) {
      const sum = attribution.data.subarray(i * size, (i + 1) * size).reduce((total, a) => total + a, 0);
      expect(Math.abs(missing)).toBeLessThanOrEqual(1e-3 * Math.abs(sum - missing));
    }
    expect(remarks).toBeUndefined();
  });

  it('names the operators that keep it from being complete without', async () => {
    const { remarks = [] } = await lift({}, normal(dims, 2));
    expect(remarks.length > 0).toBe(plainly.length > 0);
    for (const part of plainly) expect(remarks.join(' ')).toContain(part);
    if (plainly.length > 0) expect(remarks.join(' ')).toContain('Set rescale_all to true');
  });
});

it('says where the ways around a layer take a part of the difference', async () => {
  const model = Model.open(path.join(FIXTURES, 'networks/models/residual.script.unfolded.onnx'), { threads: 1 });
  const feeds = { input: normal([1, 3, 21, 30], 1) };
  const lift = (layer: string) => attribute(model, { method: 'LayerDeepLift', layer, feeds, target: 3, set: {} });
  expect((await lift('layer2.0.conv2')).remarks?.join(' ')).toContain('Ways lead around the layer');
  expect((await lift('layer2')).remarks).toBeUndefined();
  await model.release();
});

it('covers inputs of whole numbers', async () => {
  const model = Model.open(path.join(FIXTURES, 'corpus/models/scaled-inside.onnx'), { threads: 1 });
  const [{ name = '', shape = [], dtype } = {}] = model.graph.inputs;
  expect(dtype).toBe('uint8');
  const dims = shape.map((d, i) => (typeof d === 'number' ? d : i === 0 ? 1 : 32));
  const random = new Random(8);
  const pixels = tensor(
    'uint8',
    dims,
    Uint8Array.from({ length: sizeOf(dims) }, () => random.integer(256)),
  );
  const job = { feeds: { [name]: pixels }, target: 0 };
  const { delta: [delta = Number.NaN] = [], attribution } = await attribute(model, { ...job, method: 'DeepLift', set: {} });
  expect(Math.abs(delta)).toBeLessThanOrEqual(1e-3 * Math.abs(attribution.data.reduce((sum, a) => sum + a, 0)));
  const gradient = (await attribute(model, { ...job, method: 'Saliency', set: { abs: false } })).attribution.data;
  const product = (await attribute(model, { ...job, method: 'InputXGradient', set: {} })).attribution.data;
  expect(
    relativeDistance(
      product,
      gradient.map((g, i) => g * (pixels.data[i] as number)),
    ),
  ).toBeLessThanOrEqual(1e-6);
  await model.release();
});
