import { expect, test } from 'vitest';
import { onnxRuntime } from '../../../src/engines/onnxruntime/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { type AttributeInput, EMPTY_GRAPH } from '../../../src/graph/graph.ts';
import { inferShapes } from '../../../src/graph/inferShapes.ts';
import { noise } from '../graph/shapeCases.ts';

type Attributes = Readonly<Record<string, AttributeInput>>;

async function output(op: string, dims: readonly number[], attributes: Attributes, weight?: readonly number[]) {
  const builder = new GraphBuilder(EMPTY_GRAPH);
  const x = builder.input('x', 'float32', ['n', ...dims.slice(1)]);
  builder.output(builder.op(op, weight ? [x, builder.constant(noise(weight, 2))] : [x], attributes), 'y', { dtype: 'float32' });
  const { graph } = inferShapes(builder.build());
  const session = await onnxRuntime.createSession(graph);
  try {
    const { y } = await session.run({ x: noise(dims) });
    expect(graph.outputs[0]?.shape?.slice(1), 'the shape that is inferred').toEqual(y?.dims.slice(1));
    return y;
  } finally {
    await session.release();
  }
}

// Positions: ceil(extent / stride); padding: what they reach beyond the extent, the odd one at the end for SAME_UPPER.
const SAME: readonly [
  name: string,
  op: string,
  dims: readonly number[],
  same: Attributes,
  explicit: Attributes,
  weight?: readonly number[],
][] = [
  ['dilated Conv', 'Conv', [1, 2, 7], { dilations: [2], auto_pad: 'SAME_UPPER' }, { dilations: [2], pads: [2, 2] }, [3, 2, 3]],
  [
    'dilated Conv, strides',
    'Conv',
    [1, 2, 6, 7],
    { dilations: [2, 1], strides: [2, 2], auto_pad: 'SAME_LOWER' },
    { dilations: [2, 1], strides: [2, 2], pads: [2, 0, 1, 0] },
    [3, 2, 3, 1],
  ],
  [
    'dilated MaxPool',
    'MaxPool',
    [1, 2, 6],
    { kernel_shape: [3], dilations: [2], auto_pad: 'SAME_LOWER' },
    { kernel_shape: [3], dilations: [2], pads: [2, 2] },
  ],
  [
    'AveragePool, strides beyond the kernel, ceil mode',
    'AveragePool',
    [1, 2, 6],
    { kernel_shape: [1], strides: [3], auto_pad: 'SAME_UPPER', ceil_mode: 1 },
    { kernel_shape: [1], strides: [3], pads: [0, 0] },
  ],
  [
    'LpPool, dilated, strides',
    'LpPool',
    [1, 2, 5, 6],
    { kernel_shape: [2, 3], strides: [3, 1], dilations: [1, 2], auto_pad: 'SAME_UPPER' },
    { kernel_shape: [2, 3], strides: [3, 1], dilations: [1, 2], pads: [0, 2, 0, 2] },
  ],
];

test.each(SAME)('%s: the padding of SAME is what ONNX says', async (_, op, dims, same, explicit, weight) => {
  expect(await output(op, dims, same, weight)).toEqual(await output(op, dims, explicit, weight));
});

test('ConvTranspose with SAME: strides beyond the kernel leave nothing to crop', async () => {
  const y = await output('ConvTranspose', [1, 2, 4], { strides: [3], auto_pad: 'SAME_UPPER' }, [2, 2, 1]);
  expect(y?.dims).toEqual([1, 2, 10]);
});
