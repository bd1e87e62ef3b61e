import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/app/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { Baselines } from '../../src/attribution/baselines.ts';
import { Random } from '../../src/attribution/random.ts';
import { sizeOf, type Tensor, tensor } from '../../src/tensor/tensor.ts';

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
