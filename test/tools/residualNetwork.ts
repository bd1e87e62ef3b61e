import { writeFileSync } from 'node:fs';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { AttributeInput } from '../../src/graph/graph.ts';
import { serializeModel } from '../../src/graph/serialize/onnxModel.ts';
import { floats } from '../../src/tensor/tensor.ts';

export interface ResidualNetwork {
  /** Blocks of each stage; [3, 4, 23, 3] is ResNet-101, of 178 MB. */
  readonly depths: readonly number[];
  /** Height and width of the input. */
  readonly size: number;
  readonly classes: number;
}

const STEM = 64;
const EXPANSION = 4;

/** Writes an ONNX file with random weights: bottleneck blocks of convolutions, as He et al. 2015 and torchvision have them. */
export function writeResidualNetwork(file: string, { depths, size, classes }: ResidualNetwork): void {
  const builder = new GraphBuilder({
    name: 'residual',
    inputs: [],
    outputs: [],
    nodes: [],
    initializers: new Map(),
    values: new Map(),
    domains: new Map(),
  });
  const node = (name: string, op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeInput>> = {}): string => {
    const value = builder.op(op, inputs, attributes);
    const made = builder.nodes.at(-1);
    if (made) builder.replace(made, { ...made, name });
    return value;
  };
  const conv = (module: string, x: string, [from, to]: readonly [number, number], kernel: number, stride = 1): string => {
    const pad = (kernel - 1) / 2;
    const weight = builder.constant(uniform([to, from, kernel, kernel], Math.sqrt(6 / (from * kernel ** 2))), `${module}.weight`);
    const bias = builder.constant(uniform([to], 0.01), `${module}.bias`);
    const name = `/${module.split('.').slice(0, -1).join('.')}/${module.split('.').at(-1)}/Conv`.replace('//', '/');
    return node(name, 'Conv', [x, weight, bias], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  };
  const relu = (module: string, x: string): string => node(`/${module}/Relu`, 'Relu', [x]);

  let x = relu('relu', conv('conv1', builder.input('input', 'float32', ['batch', 3, size, size]), [3, STEM], 7, 2));
  x = node('/maxpool/MaxPool', 'MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let channels = STEM;
  depths.forEach((depth, stage) => {
    const width = STEM * 2 ** stage;
    for (let i = 0; i < depth; i++) {
      const block = `layer${stage + 1}.${i}`;
      const stride = i === 0 && stage > 0 ? 2 : 1;
      let y = relu(`${block}/relu`, conv(`${block}.conv1`, x, [channels, width], 1));
      y = relu(`${block}/relu_1`, conv(`${block}.conv2`, y, [width, width], 3, stride));
      y = conv(`${block}.conv3`, y, [width, width * EXPANSION], 1);
      const skip = i === 0 ? conv(`${block}.downsample`, x, [channels, width * EXPANSION], 1, stride) : x;
      x = relu(`${block}/relu_2`, node(`/${block}/Add`, 'Add', [y, skip]));
      channels = width * EXPANSION;
    }
  });
  x = node('/Flatten', 'Flatten', [node('/avgpool/GlobalAveragePool', 'GlobalAveragePool', [x])]);
  const weight = builder.constant(uniform([classes, channels], Math.sqrt(1 / channels)), 'fc.weight');
  const logits = node('/fc/Gemm', 'Gemm', [x, weight], { transB: 1 });
  builder.output(logits, 'logits', { dtype: 'float32', shape: ['batch', classes] });
  writeFileSync(
    file,
    serializeModel(builder.build(), () => {
      throw new Error('Every weight is in memory.');
    }),
  );
}

function uniform(dims: readonly number[], reach: number) {
  const values = new Float32Array(dims.reduce((n, d) => n * d, 1));
  for (let i = 0; i < values.length; i++) values[i] = (Math.random() * 2 - 1) * reach;
  return floats(dims, values);
}
