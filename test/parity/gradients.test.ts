import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { gradientRules } from '../../src/autodiff/rules/gradient/index.ts';
import { onnxRuntime } from '../../src/engines/onnxruntime/engine.ts';
import { decodeOnnx } from '../../src/formats/onnx/decode.ts';
import { FUSED } from '../../src/formats/onnx/fused/index.ts';
import { lift } from '../../src/formats/onnx/lift.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { type Graph, nodeKey, OPSET } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/inferShapes.ts';
import { InspectumError } from '../../src/tensor/errors.ts';
import { fromBytes, type MemoryDType, type Tensor, toNumbers } from '../../src/tensor/tensor.ts';
import { runFile, type Tensors } from '../tools/onnxFiles.ts';

/** What test/fixtures/gradients/make.py writes. `at` is [offset, length] in the family's .bin file. */
interface StoredTensor {
  readonly dtype: Exclude<MemoryDType, 'string'>;
  readonly dims: readonly number[];
  readonly at: readonly [number, number];
}

interface Comparison {
  readonly name: string;
  readonly operators: readonly string[];
  readonly model: readonly [number, number];
  readonly inputs: Readonly<Record<string, StoredTensor>>;
  readonly seeds: Readonly<Record<string, StoredTensor>>;
  readonly gradients: Readonly<Record<string, StoredTensor>>;
  /** Of operators that are taken apart when a file is read. */
  readonly outputs?: Readonly<Record<string, StoredTensor>>;
  readonly onEngine?: boolean;
  readonly tolerance?: number;
}

interface Refusal extends Pick<Comparison, 'name' | 'operators' | 'model'> {
  readonly refuses: string;
  readonly wrt: readonly string[];
  readonly seeds: readonly string[];
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures/gradients');
const FAMILIES = [
  'elementwise',
  'activations',
  'reductions',
  'softmax',
  'shapes',
  'indexing',
  'quantization',
  'spatial',
  'dimensions',
  'resize',
  'places',
  'control',
  'recurrent',
  'images',
  'fused',
  'attention',
  'classical',
] as const;

/** Operators whose outputs are constant almost everywhere or no numbers: by design they pass no gradient on. */
const WITHOUT_GRADIENT = new Set(['Bernoulli', 'RandomNormalLike', 'RandomUniformLike', 'NonMaxSuppression']);

const temporary = mkdtempSync(path.join(tmpdir(), 'inspectum-gradients-'));
afterAll(() => rmSync(temporary, { recursive: true }));

class Family {
  readonly rows: readonly (Comparison | Refusal)[];
  readonly #bytes: Uint8Array;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    this.rows = JSON.parse(readFileSync(path.join(FIXTURES, `${name}.json`), 'utf8'));
    this.#bytes = readFileSync(path.join(FIXTURES, `${name}.bin`));
  }

  file(row: Comparison | Refusal): string {
    const file = path.join(temporary, `${this.#name}-${this.rows.indexOf(row)}.onnx`);
    writeFileSync(file, this.#part(row.model));
    return file;
  }

  graph(row: Comparison | Refusal): Graph {
    const model = decodeOnnx(this.file(row));
    expect(model.opsets.get('')).toBe(OPSET);
    return inferShapes(lift(model)).graph;
  }

  tensors(stored: Readonly<Record<string, StoredTensor>>): Record<string, Tensor> {
    return Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, this.tensor(value)]));
  }

  tensor({ dtype, dims, at }: StoredTensor): Tensor {
    return fromBytes(dtype, dims, this.#part(at));
  }

  #part([offset, length]: readonly [number, number]): Uint8Array {
    return this.#bytes.subarray(offset, offset + length);
  }
}

const norm = (values: Float64Array): number => Math.hypot(...values);

function expectClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  expect(actual.dims, `shape of ${what}`).toEqual(expected.dims);
  const a = toNumbers(actual);
  const e = toNumbers(expected);
  const error = norm(a.map((v, i) => v - (e[i] as number)));
  expect(error, `${what}: ${a.slice(0, 24)} instead of ${e.slice(0, 24)}`).toBeLessThanOrEqual(tolerance * norm(e));
}

async function compare(family: Family, row: Comparison): Promise<void> {
  const builder = new GraphBuilder(family.graph(row));
  const feeds = family.tensors(row.inputs);
  const seeds = new Map<string, string>();
  for (const [output, stored] of Object.entries(row.seeds)) {
    const seed = builder.input(`seed of ${output}`, stored.dtype, builder.values.get(output)?.shape ?? stored.dims);
    seeds.set(output, seed);
    feeds[seed] = family.tensor(stored);
  }
  const wrt = Object.keys(row.gradients);
  const gradients = differentiate(builder, { seeds, wrt, rules: gradientRules });
  const made = wrt.filter((name) => gradients.has(name));
  builder.outputs = [];
  const names = made.map((name) => builder.output(gradients.get(name) as string, `gradient of ${name}`, { dtype: 'float32' }));
  for (const name of wrt)
    if (!gradients.has(name))
      expect(norm(toNumbers(family.tensor(row.gradients[name] as StoredTensor))), `${name} has no gradient`).toBe(0);
  if (made.length === 0) return;
  const graph = builder.build();
  const session = await onnxRuntime.createSession(graph, { threads: 1 });
  try {
    const needed = Object.fromEntries(graph.inputs.map((port) => [port.name, feeds[port.name] as Tensor]));
    const results = await session.run(needed);
    made.forEach((name, i) => {
      const expected = family.tensor(row.gradients[name] as StoredTensor);
      expectClose(results[names[i] as string] as Tensor, expected, row.tolerance ?? 1e-5, `the gradient of ${name}`);
    });
  } finally {
    await session.release();
  }
}

function expectRefusal(family: Family, row: Refusal): void {
  const builder = new GraphBuilder(family.graph(row));
  const seeds = new Map(row.seeds.map((output) => [output, builder.input(`seed of ${output}`, 'float32', [])]));
  let error: unknown;
  try {
    differentiate(builder, { seeds, wrt: row.wrt, rules: gradientRules });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(InspectumError);
  expect((error as InspectumError).kind).toBe('unsupported');
  expect((error as InspectumError).message).toContain(row.refuses);
}

const families = FAMILIES.map((name) => [name, new Family(name)] as const);

describe.each(families)('gradients of %s agree with PyTorch', (_, family) => {
  const comparisons = family.rows.filter((row): row is Comparison => !('refuses' in row));
  it.each(comparisons.map((row) => [row.name, row] as const))('%s', (_name, row) => compare(family, row));

  const refusals = family.rows.filter((row): row is Refusal => 'refuses' in row);
  if (refusals.length > 0)
    it.each(refusals.map((row) => [row.name, row] as const))('%s is refused', (_name, row) => expectRefusal(family, row));
});

describe('what a fused operator is made of computes what PyTorch and the operator itself do', () => {
  const rows = families.flatMap(([, family]) =>
    family.rows.flatMap((row) => ('outputs' in row && row.outputs ? [{ name: row.name, family, row, outputs: row.outputs }] : [])),
  );

  it.each(rows)('$name', async ({ family, row, outputs }) => {
    const graph = family.graph(row);
    const own = new Set(row.operators.filter((operator) => Object.hasOwn(FUSED, operator)));
    expect(graph.nodes.filter((node) => own.has(nodeKey(node)))).toEqual([]);
    const feeds = family.tensors(row.inputs);
    const session = await onnxRuntime.createSession(graph, { threads: 1 });
    const results = await session.run(feeds);
    await session.release();
    const compare = (expected: Tensors, by: string): void => {
      for (const [name, tensor] of Object.entries(expected)) expectClose(results[name] as Tensor, tensor, 1e-5, `${name} by ${by}`);
    };
    compare(family.tensors(outputs), 'PyTorch');
    if (row.onEngine) compare(await runFile(family.file(row), feeds), 'ONNX Runtime');
  });

  it('of every one there is a case', () => {
    const covered = new Set(rows.flatMap(({ row }) => row.operators));
    expect(Object.keys(FUSED).filter((operator) => !covered.has(operator))).toEqual([]);
  });
});

describe('every gradient rule', () => {
  const compared = new Set(families.flatMap(([, family]) => family.rows.flatMap((row) => row.operators)));

  it.each(Object.keys(gradientRules))('%s has a case or is without gradient by design', (operator) => {
    expect(compared.has(operator) || WITHOUT_GRADIENT.has(operator)).toBe(true);
  });
});
