import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Attribute, Graph, Initializer, Node } from '../../../src/graph/graph.ts';
import type { DType } from '../../../src/tensor/dtype.ts';
import type { Shape } from '../../../src/tensor/shape.ts';
import { sizeOf, type Tensor, tensor } from '../../../src/tensor/tensor.ts';

/** A model of test/fixtures/shapes/make.py with the dtype and shape that every value had when it was run. */
export interface ShapeCase {
  readonly name: string;
  /** Of the exported models, as PyTorch counts them: trained elements, and multiply-accumulates for one example. */
  readonly parameters?: number;
  readonly macs?: number;
  readonly inputs: readonly { readonly name: string; readonly dtype: DType; readonly dims: readonly number[] }[];
  readonly constants: readonly StoredConstant[];
  readonly nodes: readonly {
    readonly op: string;
    readonly domain: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly attributes: Readonly<Record<string, { readonly type: string; readonly value: unknown }>>;
  }[];
  /** `values` are the elements of small integers and booleans. */
  readonly values: Readonly<
    Record<string, { readonly dtype: DType; readonly dims: readonly number[]; readonly values?: readonly number[] }>
  >;
}

interface StoredConstant {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly values?: readonly number[];
}

const FILE = fileURLToPath(new URL('../../fixtures/shapes/cases.json', import.meta.url));
export const SHAPE_CASES: readonly ShapeCase[] = JSON.parse(readFileSync(FILE, 'utf8'));

export function caseNamed(name: string): ShapeCase {
  const found = SHAPE_CASES.find((c) => c.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

/** Numbers between -1 and 1 that are the same in every run. */
export function noise(dims: readonly number[], seed = 1): Tensor<'float32'> {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return tensor('float32', dims, Float32Array.from({ length: sizeOf(dims) }, next));
}

function initializer({ name, dtype, dims, values }: StoredConstant): Initializer {
  const made = values
    ? stored(dtype, dims, values)
    : dtype === 'float32'
      ? noise(dims)
      : stored(dtype, dims, new Array(sizeOf(dims)).fill(1));
  return { name, dtype, dims, source: { kind: 'memory', tensor: made } };
}

function stored(dtype: DType, dims: readonly number[], values: readonly number[]): Tensor {
  switch (dtype) {
    case 'int64':
      return tensor(
        'int64',
        dims,
        BigInt64Array.from(values, (v) => (v >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(v))),
      );
    case 'int32':
      return tensor('int32', dims, Int32Array.from(values));
    case 'int8':
      return tensor('int8', dims, Int8Array.from(values));
    case 'uint8':
    case 'bool':
      return tensor(dtype, dims, Uint8Array.from(values));
    default:
      return tensor('float32', dims, Float32Array.from(values));
  }
}

const attribute = ({ type, value }: { readonly type: string; readonly value: unknown }): Attribute =>
  type === 'tensor' ? { type, value: initializer(value as StoredConstant) } : ({ type, value } as Attribute);

/** The case as a graph that states nothing but its inputs, whose shapes may be replaced; what no node reads is an output. */
export function graphOf(c: ShapeCase, inputShape: (name: string, dims: readonly number[]) => Shape = (_, dims) => dims): Graph {
  const nodes = c.nodes.map(
    (node, i): Node => ({
      ...node,
      name: `${node.op}_${i}`,
      attributes: Object.fromEntries(Object.entries(node.attributes).map(([name, a]) => [name, attribute(a)])),
    }),
  );
  const read = new Set(nodes.flatMap((node) => node.inputs));
  return {
    name: c.name,
    inputs: c.inputs.map(({ name, dtype, dims }) => ({ name, dtype, shape: inputShape(name, dims) })),
    outputs: nodes.flatMap((node) => node.outputs.filter((name) => name !== '' && !read.has(name)).map((name) => ({ name }))),
    nodes,
    initializers: new Map(c.constants.map((t) => [t.name, initializer(t)])),
    values: new Map(),
    domains: new Map(c.nodes.flatMap(({ domain }) => (domain ? [[domain, 1] as const] : []))),
  };
}
