import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attribute, type Place } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { describeNeuron, type NeuronSelector } from '../../src/app/target/neuron.ts';
import { Baselines } from '../../src/attribution/baselines.ts';
import { inDtype } from '../../src/attribution/evaluation/examples.ts';
import { targetText } from '../../src/cli/target.ts';
import type { Target } from '../../src/protocol/target.ts';
import { type MemoryDType, sizeOf, type Tensor, tensor } from '../../src/tensor/tensor.ts';
import { Agreement } from '../tools/agreement.ts';

/** What test/fixtures/methods/scheme.py writes. `at` is an offset in the family's .bin; tensors are little-endian float32. */
interface StoredTensor {
  readonly dims: readonly number[];
  readonly at: number;
}

interface Network {
  readonly name: string;
  readonly file: string;
  readonly inputs: Readonly<Record<string, StoredTensor>>;
}

interface Case {
  readonly network: string;
  readonly method: string;
  readonly layer?: string;
  readonly neuron?: NeuronSelector;
  readonly target?: Place | Target;
  readonly baseline?: number | StoredTensor;
  readonly set?: Readonly<Record<string, unknown>>;
  /** One per attributed value. */
  readonly expected: readonly StoredTensor[];
  readonly delta?: readonly number[];
  readonly tolerance?: number;
}

interface Family {
  readonly networks: readonly Network[];
  readonly cases: readonly Case[];
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures/methods');
/** Relative L2 distance from Captum in float64. */
const TOLERANCE = 1e-4;

const agreement = new Agreement();
afterAll(() => agreement.write('methods'));

const families = readdirSync(FIXTURES)
  .filter((file) => file.endsWith('.json'))
  .map((file) => path.basename(file, '.json'));

const titleOf = ({ method, layer, neuron, target, baseline, set }: Case): string =>
  [
    method,
    layer,
    neuron && `neuron ${describeNeuron(neuron)}`,
    target !== undefined && `target ${targetText(target)}`,
    baseline !== undefined && `baseline ${typeof baseline === 'number' ? baseline : baseline.dims.join('×')}`,
    set && JSON.stringify(set),
  ]
    .filter(Boolean)
    .join(' ');

describe.each(families)('%s', (family) => {
  const { networks, cases }: Family = JSON.parse(readFileSync(path.join(FIXTURES, `${family}.json`), 'utf8'));
  const values = readFileSync(path.join(FIXTURES, `${family}.bin`));
  const stored = ({ dims, at }: StoredTensor): Tensor<'float32'> =>
    tensor('float32', dims, new Float32Array(new Uint8Array(values.subarray(at, at + 4 * sizeOf(dims))).buffer));

  describe.each(networks.map((network) => [network.name, network] as const))('%s', (name, { file, inputs }) => {
    const own = cases.filter(({ network }) => network === name).map((c) => [titleOf(c), c] as const);
    let model: Model;
    let feeds: Record<string, Tensor>;
    beforeAll(() => {
      model = Model.open(path.join(FIXTURES, file), { threads: 1 });
      feeds = Object.fromEntries(
        model.graph.inputs.map(({ name, dtype }) => [name, inDtype(stored(inputs[name] as StoredTensor), dtype as MemoryDType)]),
      );
    });
    afterAll(() => model.release());

    it.each(own)('%s', async (_title, { method, layer, neuron, target, baseline, set, expected, delta, tolerance }) => {
      const result = await attribute(model, {
        method,
        feeds,
        set: set ?? {},
        ...(layer !== undefined && { layer }),
        ...(neuron !== undefined && { neuron }),
        ...(target !== undefined && { target }),
        ...(baseline !== undefined && { baselines: new Baselines(new Map(), typeof baseline === 'number' ? baseline : stored(baseline)) }),
      });
      expect(result.parts.map((part) => part.tensor.dims)).toEqual(expected.map(({ dims }) => dims));
      const pairs = expected.map((place, i) => [result.parts[i]?.tensor.data ?? [], stored(place).data] as const);
      agreement.expect(method, pairs, tolerance ?? TOLERANCE);
      if (delta) for (const [i, wanted] of delta.entries()) expect(result.delta?.[i]).toBeCloseTo(wanted, 3);
    });
  });
});
