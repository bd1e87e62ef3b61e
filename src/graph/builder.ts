import type { DType } from '../tensor/dtype.ts';
import type { Shape } from '../tensor/shape.ts';
import { floats, int64s, type Tensor } from '../tensor/tensor.ts';
import { type AttributeInput, attributesOf, type Graph, type Initializer, type Node, type Port, type ValueInfo } from './graph.ts';

type AttributeTable = Readonly<Record<string, AttributeInput | undefined>>;

/**
 * Grows a copy of a graph: values are referred to by name, new names never collide with those of the file.
 * The graph it started from is not changed.
 */
export class GraphBuilder {
  readonly nodes: Node[];
  readonly initializers: Map<string, Initializer>;
  readonly values: Map<string, ValueInfo>;
  readonly inputs: Port[];
  outputs: Port[];
  readonly #domains: ReadonlyMap<string, number>;
  readonly #name: string;
  readonly #taken = new Set<string>();
  readonly #constants = new Map<string, string>();
  #count = 0;

  constructor(graph: Graph) {
    this.#name = graph.name;
    this.nodes = [...graph.nodes];
    this.initializers = new Map(graph.initializers);
    this.values = new Map(graph.values);
    this.inputs = [...graph.inputs];
    this.outputs = [...graph.outputs];
    this.#domains = graph.domains;
    for (const name of graph.initializers.keys()) this.#taken.add(name);
    for (const port of graph.inputs) this.#taken.add(port.name);
    for (const node of graph.nodes) {
      this.#taken.add(node.name);
      for (const output of node.outputs) this.#taken.add(output);
    }
  }

  /** A name that no value or node has yet, beginning with `hint`. */
  fresh(hint: string): string {
    let name = hint;
    while (this.#taken.has(name)) name = `${hint}#${++this.#count}`;
    this.#taken.add(name);
    return name;
  }

  /** Adds a run-time input. */
  input(hint: string, dtype: DType, shape: Shape): string {
    const name = this.fresh(hint);
    this.inputs.push({ name, dtype, shape });
    this.values.set(name, { dtype, shape });
    return name;
  }

  /** Adds a node with one output and returns the output's name. '' is an omitted input. */
  op(op: string, inputs: readonly string[], attributes: AttributeTable = {}, domain = ''): string {
    return this.ops(op, inputs, 1, attributes, domain)[0] as string;
  }

  /** Adds a node with several outputs and returns their names. */
  ops(op: string, inputs: readonly string[], outputCount: number, attributes: AttributeTable = {}, domain = ''): string[] {
    const name = this.fresh(`~${op}`);
    const outputs = Array.from({ length: outputCount }, (_, i) => (i === 0 ? this.fresh(`~${op}:0`) : this.fresh(`~${op}:${i}`)));
    this.nodes.push({ name, op, domain, inputs, outputs, attributes: attributesOf(attributes) });
    return outputs;
  }

  /** Replaces a node in place (to ask a MaxPool for its Indices, say). */
  replace(node: Node, by: Node): void {
    const at = this.nodes.indexOf(node);
    if (at < 0) throw new Error(`node ${node.name} is not in this graph`);
    this.nodes[at] = by;
  }

  constant(value: Tensor, hint = '~constant'): string {
    const name = this.fresh(hint);
    this.initializers.set(name, { name, dtype: value.dtype, dims: value.dims, source: { kind: 'memory', tensor: value } });
    this.values.set(name, { dtype: value.dtype, shape: value.dims });
    return name;
  }

  /** A float32 scalar constant, made once per value. */
  float(value: number): string {
    return this.#once(`f${Object.is(value, -0) ? '-0' : value}`, () => floats([], [value]));
  }

  /** A one-dimensional int64 constant, made once per list. */
  ints(values: readonly number[]): string {
    return this.#once(`i${values.join(',')}`, () => int64s([values.length], values));
  }

  #once(key: string, make: () => Tensor): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.constant(make());
    this.#constants.set(key, name);
    return name;
  }

  add = (a: string, b: string): string => this.op('Add', [a, b]);
  sub = (a: string, b: string): string => this.op('Sub', [a, b]);
  mul = (a: string, b: string): string => this.op('Mul', [a, b]);
  div = (a: string, b: string): string => this.op('Div', [a, b]);

  /** Gives `value` to the outside under a name of its own. */
  output(value: string, hint: string, info: ValueInfo = this.values.get(value) ?? {}): string {
    const name = this.fresh(hint);
    this.nodes.push({ name: this.fresh(`~output:${hint}`), op: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} });
    this.outputs.push({ name, ...info });
    return name;
  }

  /** The graph so far, without what no output needs. */
  build(): Graph {
    const needed = new Set(this.outputs.map((o) => o.name));
    const kept: Node[] = [];
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const node = this.nodes[i] as Node;
      if (!node.outputs.some((o) => needed.has(o))) continue;
      kept.push(node);
      for (const name of valuesRead(node)) needed.add(name);
    }
    return {
      name: this.#name,
      inputs: this.inputs.filter((p) => needed.has(p.name)),
      outputs: this.outputs,
      nodes: kept.reverse(),
      initializers: new Map([...this.initializers].filter(([name]) => needed.has(name))),
      values: this.values,
      domains: this.#domains,
    };
  }
}

/** Every outer value that a node reads, those that its subgraphs capture included. */
export function valuesRead(node: Node): string[] {
  const names = node.inputs.filter((name) => name !== '');
  for (const attribute of Object.values(node.attributes)) if (attribute.type === 'graph') names.push(...capturedValues(attribute.value));
  return names;
}

/** The values of the graph around it that a subgraph reads, once for every use. */
export function capturedValues(inner: Graph): string[] {
  const own = new Set([...inner.inputs.map((p) => p.name), ...inner.initializers.keys(), ...inner.nodes.flatMap((n) => n.outputs)]);
  return [...inner.nodes.flatMap(valuesRead), ...inner.outputs.map((o) => o.name)].filter((name) => !own.has(name));
}
