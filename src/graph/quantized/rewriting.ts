import { DTYPES, type DType, dtypeFromCode, isFloat } from '../../tensor/dtype.ts';
import { fromNumbers } from '../../tensor/fromNumbers.ts';
import { floats, isMemoryDType, sizeOf } from '../../tensor/tensor.ts';
import { GraphBuilder, valuesRead } from '../builder.ts';
import { type AttributeInput, type Attributes, attributesOf, type Graph, type Initializer, intAttribute, type Node } from '../graph.ts';

/** How integers stand for numbers: (integer − zero point) × scale. */
export interface Quantisation {
  /** Names of values; '' is the zero point 0. */
  readonly scale: string;
  readonly zeroPoint: string;
  /** The axis of a scale with several elements. */
  readonly axis?: number;
  /** Whether one scale holds for the whole value. */
  readonly isUniform: boolean;
  /** Of the integers. */
  readonly dtype: DType;
}

/** Turns a node of a quantised operator into others; false where this use of it is not covered and the node stays as it is. */
export type Rewrite = (node: Node, into: Rewriting) => boolean;

type AttributeTable = Readonly<Record<string, AttributeInput | undefined>>;

/** A quantised graph while its nodes are rewritten one after the other. Weights are not read. */
export class Rewriting {
  readonly nodes: Node[] = [];
  readonly #graph: Graph;
  readonly #names: GraphBuilder;
  /** Values that subgraphs see by name: they stay what they are. */
  readonly #captured: ReadonlySet<string>;
  readonly #readers = new Map<string, Node[]>();
  readonly #outputs: ReadonlySet<string>;
  readonly #quantisations = new Map<string, Quantisation>();
  /** Values that are integers in the file and floats here → the integers, once they are needed. */
  readonly #floats = new Map<string, string | undefined>();
  readonly #dequantized = new Map<string, string>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#names = new GraphBuilder(graph);
    this.#outputs = new Set(graph.outputs.map((port) => port.name));
    for (const node of graph.nodes)
      for (const name of node.inputs) {
        const readers = this.#readers.get(name);
        if (readers) readers.push(node);
        else this.#readers.set(name, [node]);
      }
    this.#captured = new Set(graph.nodes.flatMap((node) => valuesRead(node).filter((name) => !node.inputs.includes(name))));
  }

  get initializers(): ReadonlyMap<string, Initializer> {
    return this.#names.initializers;
  }

  isFloat(value: string): boolean {
    return this.#floats.has(value);
  }

  /** Whether the name of an integer value means its numbers, and they are those that `scale` and `zeroPoint` give. */
  isFloatOf(value: string, scale: string, zeroPoint: string): boolean {
    const own = this.#quantisations.get(value);
    return this.isFloat(value) && own?.scale === scale && own.zeroPoint === zeroPoint;
  }

  isCaptured(value: string): boolean {
    return this.#captured.has(value);
  }

  isOutput(value: string): boolean {
    return this.#outputs.has(value);
  }

  /** Whether all that is made of a value are floats with the same numbers. */
  isOnlyCast(value: string): boolean {
    const readers = this.#readers.get(value) ?? [];
    return !this.isOutput(value) && !this.isCaptured(value) && readers.every((node) => isCastToFloat(node));
  }

  /** How a value of the file is quantised, where a node before says so. */
  quantisationOf(value: string): Quantisation | undefined {
    return this.#quantisations.get(value);
  }

  setQuantisation(value: string, quantisation: Quantisation): void {
    this.#quantisations.set(value, quantisation);
  }

  /** From here on the name of an integer value of the file means its numbers. */
  setFloat(value: string, quantisation: Quantisation, integers?: string): void {
    this.#quantisations.set(value, quantisation);
    this.#floats.set(value, integers);
  }

  dtypeOf(value: string): DType | undefined {
    const port = this.#graph.inputs.find(({ name }) => name === value);
    return (
      this.#quantisations.get(value)?.dtype ?? this.initializers.get(value)?.dtype ?? port?.dtype ?? this.#graph.values.get(value)?.dtype
    );
  }

  /** Whether a scale is known to be one number. */
  isScalar(scale: string): boolean {
    const dims = this.initializers.get(scale)?.dims;
    return dims !== undefined && sizeOf(dims) === 1;
  }

  /** A float scalar. */
  number(value: number): string {
    return this.#names.float(value);
  }

  /** The integer 0 of a dtype; undefined for dtypes that are not held in memory. */
  zero(dtype: DType): string | undefined {
    return isMemoryDType(dtype) && dtype !== 'string' ? this.#names.constant(fromNumbers(dtype, [], [0]), '~zero') : undefined;
  }

  ints(values: readonly number[]): string {
    return this.#names.ints(values);
  }

  /** A weight under a new name. */
  weight(initializer: Omit<Initializer, 'name'>, hint: string): string {
    const name = this.fresh(hint);
    this.#names.initializers.set(name, { ...initializer, name });
    return name;
  }

  /** A scale of 1 in the shape of a zero point, so that dequantising only subtracts that. */
  unitScale(zeroPoint: string): string {
    const dims = this.initializers.get(zeroPoint)?.dims ?? [];
    return dims.length === 0 ? this.number(1) : this.#names.constant(floats(dims, new Array<number>(sizeOf(dims)).fill(1)), '~ones');
  }

  fresh(hint: string): string {
    return this.#names.fresh(hint);
  }

  emit(node: Node): void {
    this.nodes.push(node);
  }

  /** Adds a node that helps `near`, and gives the name of its output. */
  op(near: Node, op: string, inputs: readonly string[], attributes: AttributeTable = {}): string {
    return this.ops(near, op, inputs, attributes, [this.fresh(`${near.name}~${op}:0`)]);
  }

  /** The same with outputs that have names already; gives the first. */
  ops(near: Node, op: string, inputs: readonly string[], attributes: AttributeTable, outputs: readonly [string, ...string[]]): string {
    this.emit(placed(near, { name: this.fresh(`${near.name}~${op}`), op, inputs, outputs, attributes: attributesOf(attributes) }));
    return outputs[0];
  }

  /** Adds the operator in floating point that stands for a node, under the node's name; the layer's value is the node's first output. */
  own(node: Node, op: string, inputs: readonly string[], attributes: Attributes, output: string): void {
    const { name, outputs } = node;
    this.emit({
      ...placed(node, { name, op, inputs, outputs: [output], attributes }),
      ...(output !== outputs[0] && { shown: outputs[0] ?? '' }),
    });
  }

  /** The integers of a value. */
  integers(near: Node, value: string): string {
    const quantisation = this.#quantisations.get(value);
    if (!quantisation || !this.#floats.has(value)) return value;
    const known = this.#floats.get(value);
    const made = known ?? this.#quantize(near, value, quantisation);
    this.#floats.set(value, made);
    return made;
  }

  /** The numbers of an integer value, which `scale` and `zeroPoint` give it. */
  numbers(near: Node, value: string, scale: string, zeroPoint: string, axis?: number): string {
    if (this.isFloatOf(value, scale, zeroPoint)) return value;
    const key = JSON.stringify([value, scale, zeroPoint, axis]);
    const made = this.#dequantized.get(key) ?? this.op(near, 'DequantizeLinear', [this.integers(near, value), scale, zeroPoint], { axis });
    this.#dequantized.set(key, made);
    return made;
  }

  /** The same for a node whose result is quantised: the name of that means its numbers from here on. */
  quantizedLayer(node: Node, op: string, inputs: readonly string[], attributes: Attributes, result: Quantisation): void {
    const [y = ''] = node.outputs;
    const exact = this.fresh(`${y}~exact`);
    this.own(node, op, inputs, attributes, exact);
    this.quantized(node, exact, y, result);
  }

  /** Numbers, quantised and dequantised again, under the name of an integer value of the file. */
  quantized(near: Node, numbers: string, value: string, quantisation: Quantisation): void {
    const integers = this.#quantize(near, numbers, quantisation);
    this.ops(near, 'DequantizeLinear', [integers, quantisation.scale, quantisation.zeroPoint], { axis: quantisation.axis }, [value]);
    this.setFloat(value, quantisation, integers);
  }

  #quantize(near: Node, numbers: string, { scale, zeroPoint, axis, dtype }: Quantisation): string {
    const stated = zeroPoint === '' && dtype !== 'uint8' ? DTYPES[dtype].code : undefined;
    return this.op(near, 'QuantizeLinear', [numbers, scale, zeroPoint], { axis, output_dtype: stated });
  }
}

function isCastToFloat(node: Node): boolean {
  const to = node.op === 'Cast' && node.domain === '' ? dtypeFromCode(intAttribute(node, 'to', 0)) : undefined;
  return to !== undefined && isFloat(to);
}

/** A node in the module of another, without omitted inputs at the end. */
function placed({ module }: Node, node: Omit<Node, 'domain' | 'module'>): Node {
  const inputs = [...node.inputs];
  while (inputs.at(-1) === '') inputs.pop();
  return { ...node, inputs, domain: '', ...(module !== undefined && { module }) };
}
