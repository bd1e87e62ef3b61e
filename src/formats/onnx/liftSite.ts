import { attributesOf, type Graph, type Initializer, type Node, type ValueInfo } from '../../graph/graph.ts';
import { GrowingInference } from '../../graph/inferShapes.ts';
import type { Names } from '../../graph/names.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { fromNumbers } from '../../tensor/fromNumbers.ts';
import { isMemoryDType, type Tensor } from '../../tensor/tensor.ts';
import type { AttributeTable, Site } from './upgrades/row.ts';

/** A graph or subgraph while its nodes are lifted one after the other. */
export class LiftedGraph {
  readonly names: Names;
  readonly nodes: Node[] = [];
  readonly initializers: Map<string, Initializer>;
  readonly inference: GrowingInference;
  readonly reads: Set<string>;

  constructor(graph: Graph, names: Names, outer?: LiftedGraph) {
    this.names = names;
    this.initializers = new Map(graph.initializers);
    this.inference = new GrowingInference({ ...graph, nodes: [], initializers: this.initializers }, outer?.inference);
    this.reads = new Set(graph.outputs.map((port) => port.name));
  }

  add(node: Node): void {
    this.nodes.push(node);
    this.inference.add(node);
  }

  constant(name: string, tensor: Tensor): string {
    this.initializers.set(name, { name, dtype: tensor.dtype, dims: tensor.dims, source: { kind: 'memory', tensor } });
    return name;
  }
}

/** A node that a row rewrites: what the row adds is collected, in order. */
export class LiftSite implements Site {
  readonly added: Node[] = [];
  readonly #graph: LiftedGraph;
  readonly #node: Node;
  readonly #where: string;
  readonly #prefix: string;

  /**
   * @param where how messages begin: file, node, operator and its opset
   * @param prefix how the names of what is added begin
   */
  constructor(graph: LiftedGraph, node: Node, where: string, prefix = `${node.name}~`) {
    this.#graph = graph;
    this.#node = node;
    this.#where = where;
    this.#prefix = prefix;
  }

  info(value: string): ValueInfo {
    return this.#graph.inference.info(value);
  }

  numbers(value: string): readonly number[] | undefined {
    return this.#graph.inference.numbers(value);
  }

  isRead(value: string): boolean {
    return value !== '' && this.#graph.reads.has(value);
  }

  fresh(hint: string): string {
    return this.#graph.names.fresh(hint);
  }

  ints(hint: string, values: readonly number[]): string {
    return this.#constant(hint, fromNumbers('int64', [values.length], values));
  }

  int(hint: string, value: number): string {
    return this.#constant(hint, fromNumbers('int64', [], [value]));
  }

  floats(hint: string, dims: readonly number[], values: readonly number[]): string {
    return this.#constant(hint, fromNumbers('float32', dims, values));
  }

  like(model: string, hint: string, dims: readonly number[], values: readonly number[]): string {
    const { dtype } = this.info(model);
    if (dtype === undefined || dtype === 'string' || !isMemoryDType(dtype))
      return this.op('CastLike', [this.floats(hint, dims, values), model]);
    return this.#constant(hint, fromNumbers(dtype, dims, values));
  }

  op(op: string, inputs: readonly string[], attributes: AttributeTable = {}, part = op): string {
    return this.ops(op, inputs, 1, attributes, part)[0] as string;
  }

  ops(op: string, inputs: readonly string[], count: number, attributes: AttributeTable = {}, part = op): readonly string[] {
    const name = this.fresh(`${this.#prefix}${part}`);
    const outputs = Array.from({ length: count }, (_, i) => this.fresh(`${this.#prefix}${part}:${i}`));
    this.add({ ...this.#node, name, op, domain: '', inputs, outputs, attributes: attributesOf(attributes) });
    return outputs;
  }

  add(node: Node): void {
    this.added.push(node);
  }

  unsupported(reason: string): InspectumError {
    return new InspectumError('unsupported', `${this.#where} uses ${reason}, which is not supported.`);
  }

  #constant(hint: string, tensor: Tensor): string {
    return this.#graph.constant(this.fresh(`${this.#prefix}${hint}`), tensor);
  }
}
