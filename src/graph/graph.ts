import type { DType } from '../tensor/dtype.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The opset of every graph. Readers lift or lower to it; every operator rule is written for it.
 */
export const OPSET = 23;

/** Where the bytes of a weight stand in a file; nothing is read until somebody asks. */
export interface FileRange {
  readonly kind: 'file';
  /** Absolute path. */
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  /** The dtype of the bytes where it is not that of the weight: they are converted when they are used. */
  readonly stored?: DType;
}

export interface InMemory {
  readonly kind: 'memory';
  readonly tensor: Tensor;
}

/** Little-endian raw bytes of a dtype that we show but do not compute with (float8, 4-bit, complex). */
export interface RawBytes {
  readonly kind: 'raw';
  readonly bytes: Uint8Array;
}

export interface Initializer {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly source: FileRange | InMemory | RawBytes;
}

export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Initializer }
  | { readonly type: 'graph'; readonly value: Graph };

export type Attributes = Readonly<Record<string, Attribute>>;

/** An operator's application. An omitted optional input or output is the empty name, as in ONNX. */
export interface Node {
  /** Unique in the graph, never empty. */
  readonly name: string;
  readonly op: string;
  /** '' for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** The author's module path, where the file tells it ("features.18.0"). */
  readonly module?: string;
  /**
   * The framework of the author's network, where the weights hold the BatchNorm behind the node's layer too: there, the node's value is
   * that of the BatchNorm.
   */
  readonly foldedNorm?: 'PyTorch' | 'Keras';
  /** The value that the layer puts out where it is not the node's own: of a quantised layer, its numbers after rounding. */
  readonly shown?: string;
}

/** An operator's key in tables: its name, outside ONNX's own domain `domain:name`. */
export const nodeKey = (node: Pick<Node, 'op' | 'domain'>): string => (node.domain ? `${node.domain}:${node.op}` : node.op);

/** What is known of a value before anything runs. `shape` undefined: rank unknown. */
export interface ValueInfo {
  readonly dtype?: DType;
  readonly shape?: Shape;
}

export interface Port extends ValueInfo {
  readonly name: string;
}

/** A model's computation. Nodes stand in an order in which every value is made before it is used. */
export interface Graph {
  readonly name: string;
  /** Inputs that must be fed (initializers are not among them). */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  /** Shapes and dtypes of values, filled by shape inference. */
  readonly values: ReadonlyMap<string, ValueInfo>;
  /** Versions of the domains other than ONNX's own that nodes use. */
  readonly domains: ReadonlyMap<string, number>;
}

/** What a graph or subgraph begins with. */
export const EMPTY_GRAPH: Graph = {
  name: 'graph',
  inputs: [],
  outputs: [],
  nodes: [],
  initializers: new Map(),
  values: new Map(),
  domains: new Map(),
};

/** A node's attribute value of a given type, or the default. A wrong type is treated as corrupt: TypeError. */
type ValueOf<T extends Attribute['type']> = Extract<Attribute, { type: T }>['value'];

function attribute<T extends Attribute['type'], F>(node: Node, name: string, type: T, fallback: F): ValueOf<T> | F {
  const a = node.attributes[name];
  if (a === undefined) return fallback;
  if (a.type !== type) throw new TypeError(`node ${node.name} (${node.op}): attribute ${name} should be of type ${type}, not ${a.type}`);
  return a.value as never;
}

export const intAttribute = <F = undefined>(node: Node, name: string, fallback?: F) => attribute(node, name, 'int', fallback as F);
export const floatAttribute = <F = undefined>(node: Node, name: string, fallback?: F) => attribute(node, name, 'float', fallback as F);
export const stringAttribute = <F = undefined>(node: Node, name: string, fallback?: F) => attribute(node, name, 'string', fallback as F);
export const intsAttribute = <F = undefined>(node: Node, name: string, fallback?: F) => attribute(node, name, 'ints', fallback as F);
export const stringsAttribute = <F = undefined>(node: Node, name: string, fallback?: F) => attribute(node, name, 'strings', fallback as F);
export const floatsAttribute = <F = undefined>(node: Node, name: string, fallback?: F) => attribute(node, name, 'floats', fallback as F);

/** Plain JavaScript values as attributes: integers become 'int', other numbers need `float()`. */
export type AttributeInput = number | string | readonly number[] | Attribute;

export const float = (value: number): Attribute => ({ type: 'float', value });

/** { axis: 1, mode: 'nearest', pads: [0, 1], alpha: float(0.5) } as typed attributes; undefined entries are left out. */
export function attributesOf(input: Readonly<Record<string, AttributeInput | undefined>>): Attributes {
  const result: Record<string, Attribute> = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (typeof value === 'number') result[name] = { type: 'int', value };
    else if (typeof value === 'string') result[name] = { type: 'string', value };
    else if (Array.isArray(value)) result[name] = { type: 'ints', value };
    else result[name] = value as Attribute;
  }
  return result;
}
