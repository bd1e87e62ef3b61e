import type { DType } from '../tensor/dtype.ts';
import type { Shape } from '../tensor/shape.ts';
import { floats, int64s, type Tensor } from '../tensor/tensor.ts';
import {
  type AttributeInput,
  attributesOf,
  EMPTY_GRAPH,
  type Graph,
  type Initializer,
  type Node,
  type Port,
  type ValueInfo,
} from './graph.ts';
import { Names } from './names.ts';

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
  readonly #names: Names;
  readonly #constants = new Map<string, string>();

  /** @param outer whose names count too: for a subgraph of one of its nodes */
  constructor(graph: Graph, outer?: GraphBuilder) {
    this.#name = graph.name;
    this.nodes = [...graph.nodes];
    this.initializers = new Map(graph.initializers);
    this.values = new Map(graph.values);
    this.inputs = [...graph.inputs];
    this.outputs = [...graph.outputs];
    this.#domains = graph.domains;
    this.#names = outer ? outer.#names : new Names();
    this.#names.takeGraph(graph);
  }

  /** A name that no value or node has yet, beginning with `hint`. */
  fresh(hint: string): string {
    return this.#names.fresh(hint);
  }

  /** Adds a run-time input; `shape` undefined: its rank is not known. */
  input(hint: string, dtype: DType, shape: Shape | undefined): string {
    const name = this.fresh(hint);
    const info = { dtype, ...(shape && { shape }) };
    this.inputs.push({ name, ...info });
    this.values.set(name, info);
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

  /** A builder for a subgraph: its names are new here too. */
  subgraph(graph: Graph = EMPTY_GRAPH): GraphBuilder {
    return new GraphBuilder(graph, this);
  }

  /** Puts the nodes that `make` adds in the place of a node. */
  expand(node: Node, make: () => void): readonly Node[] {
    const end = this.nodes.length;
    make();
    const made = this.nodes.splice(end);
    const at = this.nodes.indexOf(node);
    if (at < 0) throw new Error(`node ${node.name} is not in this graph`);
    this.nodes.splice(at, 1, ...made);
    return made;
  }

  /** Gives a value a further name, which nothing has made yet. */
  alias(value: string, name: string): void {
    this.nodes.push({ name: this.fresh('~Identity'), op: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} });
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
    this.alias(value, name);
    this.outputs.push({ name, ...info });
    return name;
  }

  /** The graph so far, without what no output needs. */
  build(): Graph {
    const { nodes, values: needed } = neededFor(
      this.nodes,
      this.outputs.map((o) => o.name),
    );
    return {
      name: this.#name,
      inputs: this.inputs.filter((p) => needed.has(p.name)),
      outputs: this.outputs,
      nodes,
      initializers: new Map([...this.initializers].filter(([name]) => needed.has(name))),
      values: this.values,
      domains: this.#domains,
    };
  }
}

/** The nodes that some values need, in order, and every value that is needed for them. */
export function neededFor(nodes: readonly Node[], wanted: Iterable<string>): { nodes: Node[]; values: ReadonlySet<string> } {
  const values = new Set(wanted);
  const kept: Node[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as Node;
    if (!node.outputs.some((o) => values.has(o))) continue;
    kept.push(node);
    for (const name of valuesRead(node)) values.add(name);
  }
  return { nodes: kept.reverse(), values };
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
