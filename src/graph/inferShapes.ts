import { canonicalDim, evaluateDim, symbolsOf } from '../tensor/dim.ts';
import type { DType } from '../tensor/dtype.ts';
import type { Dim, Shape } from '../tensor/shape.ts';
import { sizeOf, toNumbers } from '../tensor/tensor.ts';
import { type Attribute, EMPTY_GRAPH, type Graph, type Initializer, type Node, nodeKey, type Port, type ValueInfo } from './graph.ts';
import { type Evaluate, type InferContext, info, MAX_KNOWN_ELEMENTS, type PartialValue, type SubgraphOutput } from './operators/context.ts';
import { OPERATORS } from './operators/index.ts';
import { readInitializer } from './weights.ts';

/** Why the outputs of a node are not known. */
export interface InferenceProblem {
  /** The node's name. */
  readonly node: string;
  readonly message: string;
}

export interface Inference {
  readonly graph: Graph;
  readonly problems: readonly InferenceProblem[];
  /** What is known of small values' elements: the shape arithmetic of the graph. */
  readonly elements: ReadonlyMap<string, PartialValue>;
}

/**
 * Tells dtype and shape of every value before anything runs, dims as numbers or as expressions in the symbols of the inputs.
 * Shape arithmetic is evaluated on the way. What the file states of a value counts only where inference cannot tell. Never throws:
 * what cannot be told is left out of `values`, and `problems` says why.
 * @param inputShapes shapes that replace those of the inputs
 * @returns the same graph with `values` filled and inputs' and outputs' shapes updated
 */
export function inferShapes(graph: Graph, inputShapes?: ReadonlyMap<string, Shape>): Inference {
  const symbols = new Symbols();
  const inputs = graph.inputs.map((port) => portWith(port, inputShapes?.get(port.name) ?? port.shape, symbols));
  const scope = new Scope(graph, statedValues(graph, inputs), symbols);
  inputs.forEach((port) => {
    scope.values.set(port.name, info(port.dtype, port.shape));
  });
  scope.run();
  const outputs = graph.outputs.map((port) => ({ ...port, ...scope.values.get(port.name) }));
  return { graph: { ...graph, inputs, outputs, values: scope.values }, problems: scope.problems, elements: scope.elements };
}

/**
 * Inference for who makes a graph node by node: `info` knows of the nodes added so far. Nothing is inferred before somebody asks.
 * Initializers may be added to the graph's map meanwhile.
 */
export class GrowingInference {
  readonly #scope: Scope;
  readonly #outer: GrowingInference | undefined;
  #pending: Node[] = [];

  /** @param graph its inputs, initializers and stated values count; its nodes do not */
  constructor(graph: Graph, outer?: GrowingInference) {
    const symbols = outer ? outer.#scope.symbols : new Symbols();
    const inputs = graph.inputs.map((port) => portWith(port, port.shape, symbols));
    this.#outer = outer;
    this.#scope = new Scope(graph, statedValues(graph, inputs), symbols, outer === undefined ? undefined : outer.#scope);
    for (const port of inputs) this.#scope.values.set(port.name, info(port.dtype, port.shape));
  }

  add(node: Node): void {
    this.#pending.push(node);
  }

  info(name: string): ValueInfo {
    return this.#upToDate().info(name) ?? {};
  }

  /** The elements of a small value, where each is known as a number. */
  numbers(name: string): readonly number[] | undefined {
    const elements = this.#upToDate().elementsOf(name)?.elements;
    return elements?.every((e) => typeof e === 'number') ? (elements as readonly number[]) : undefined;
  }

  #upToDate(): Scope {
    if (this.#outer) this.#outer.#upToDate();
    const pending = this.#pending;
    this.#pending = [];
    for (const node of pending) this.#scope.infer(node);
    return this.#scope;
  }
}

/**
 * dtypes and shapes of what nodes make that are added to a graph of which the other values are known.
 * @param nodes in an order in which every value is made before it is used
 */
export function inferAdded(graph: Pick<Graph, 'initializers' | 'values'>, nodes: readonly Node[]): ReadonlyMap<string, ValueInfo> {
  const scope = new Scope({ ...EMPTY_GRAPH, initializers: graph.initializers, nodes }, new Map(), Symbols.beyond(graph.values.values()));
  for (const [name, value] of graph.values) scope.values.set(name, value);
  scope.run();
  return new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, scope.values.get(name) ?? {}] as const)));
}

/** Hands out symbols for extents that only running tells: "?1", "?2", … */
class Symbols {
  #count = 0;
  readonly #renamed = new Map<string, string>();
  readonly next = (): string => `?${++this.#count}`;

  /** Symbols that none of these values has. */
  static beyond(values: Iterable<ValueInfo>): Symbols {
    const symbols = new Symbols();
    for (const { shape = [] } of values)
      for (const dim of shape)
        if (typeof dim === 'string')
          for (const symbol of symbolsOf(dim))
            if (symbol.startsWith(OPEN)) symbols.#count = Math.max(symbols.#count, Number(symbol.slice(OPEN.length)) || 0);
    return symbols;
  }

  /** An input's dim: symbols of an earlier inference are numbered anew, equal ones alike. */
  ofInput(dim: Dim): Dim {
    const stated = statedDim(dim);
    if (stated === OPEN) return this.next();
    for (const symbol of symbolsOf(stated))
      if (symbol.startsWith(OPEN) && !this.#renamed.has(symbol)) this.#renamed.set(symbol, this.next());
    return evaluateDim(stated, this.#renamed);
  }
}

/** What a file states where it states nothing. */
const OPEN = '?';
const isOpen = (dim: Dim): boolean => typeof dim === 'string' && symbolsOf(dim).some((s) => s.startsWith(OPEN));

/** A dim as files state it, canonical; what is no extent ('', negative numbers) is OPEN. */
function statedDim(dim: Dim): Dim {
  const canonical = typeof dim === 'string' && dim !== '' ? canonicalDim(dim) : dim;
  return typeof canonical === 'string' ? canonical || OPEN : Number.isInteger(canonical) && canonical >= 0 ? canonical : OPEN;
}

const statedInfo = ({ dtype, shape }: ValueInfo): ValueInfo => info(dtype, shape?.map(statedDim));

const portWith = (port: Port, shape: Shape | undefined, symbols: Symbols): Port => ({
  ...port,
  ...(shape && { shape: shape.map((d) => symbols.ofInput(d)) }),
});

/**
 * What the file states of its values, with the symbols of the inputs replaced by what the inputs now are. Where an input's number
 * was changed, the stated shapes hold no more and only dtypes are left.
 */
function statedValues(graph: Graph, inputs: readonly Port[]): Map<string, ValueInfo> {
  const bindings = new Map<string, Dim>();
  let changed = false;
  graph.inputs.forEach((before, k) => {
    before.shape?.forEach((dim, i) => {
      const was = statedDim(dim);
      const now = inputs[k]?.shape?.[i];
      if (typeof was === 'number') changed ||= was !== now;
      else if (now !== undefined && now !== was && !isOpen(was)) bindings.set(was, now);
    });
  });
  const stated = (value: ValueInfo): ValueInfo => (changed ? info(value.dtype, undefined) : bound(statedInfo(value), bindings));
  return new Map(
    [...graph.outputs.map((port) => [port.name, port] as const), ...graph.values].map(([name, value]) => [name, stated(value)]),
  );
}

function bound(value: ValueInfo, bindings: ReadonlyMap<string, Dim>): ValueInfo {
  if (bindings.size === 0) return value;
  const { dtype, shape } = value;
  const evaluated = shape?.map((dim) => {
    try {
      return statedDim(evaluateDim(dim, bindings));
    } catch {
      return OPEN; // A division by zero, or an expression too long to be of use.
    }
  });
  return info(dtype, evaluated);
}

/** Subgraphs in subgraphs beyond this depth are left unknown: each level may be inferred several times. */
const MAX_DEPTH = 5;

/** One graph under inference; a subgraph's scope sees the outer one's values. */
class Scope {
  readonly values = new Map<string, ValueInfo>();
  readonly elements = new Map<string, PartialValue>();
  readonly problems: InferenceProblem[] = [];
  readonly graph: Graph;
  readonly #stated: ReadonlyMap<string, ValueInfo>;
  readonly symbols: Symbols;
  readonly #outer: Scope | undefined;
  readonly #depth: number;

  constructor(graph: Graph, stated: ReadonlyMap<string, ValueInfo>, symbols: Symbols, outer?: Scope) {
    this.graph = graph;
    this.#stated = stated;
    this.symbols = symbols;
    this.#outer = outer;
    this.#depth = outer ? outer.#depth + 1 : 0;
    for (const { name, dtype, dims } of graph.initializers.values()) this.values.set(name, { dtype, shape: dims });
  }

  run(): void {
    for (const node of this.graph.nodes) this.infer(node);
  }

  info(name: string): ValueInfo | undefined {
    const known = this.values.get(name);
    if (known) return known;
    const initializer = this.graph.initializers.get(name);
    return initializer ? { dtype: initializer.dtype, shape: initializer.dims } : this.#outer?.info(name);
  }

  initializer(name: string): Initializer | undefined {
    return this.graph.initializers.get(name) ?? (this.values.has(name) ? undefined : this.#outer?.initializer(name));
  }

  mayHaveElements(name: string): boolean {
    if (this.elements.has(name)) return true;
    const initializer = this.initializer(name);
    if (initializer) return initializer.dtype !== 'string' && sizeOf(initializer.dims) <= MAX_KNOWN_ELEMENTS;
    return this.values.has(name) ? false : (this.#outer?.mayHaveElements(name) ?? false);
  }

  elementsOf(name: string): PartialValue | undefined {
    const known = this.elements.get(name);
    if (known) return known;
    if (!this.mayHaveElements(name)) return undefined;
    const initializer = this.graph.initializers.get(name);
    if (!initializer) return this.#outer?.elementsOf(name);
    const value = { dims: initializer.dims, elements: Array.from(toNumbers(readInitializer(initializer))) };
    this.elements.set(name, value);
    return value;
  }

  subgraph(inner: Graph, inputs: readonly ValueInfo[]): readonly SubgraphOutput[] {
    if (this.#depth >= MAX_DEPTH) return [];
    const stated = [...inner.values].map(([name, value]) => [name, statedInfo(value)] as const);
    const scope = new Scope(inner, new Map(stated), this.symbols, this);
    inner.inputs.forEach((port, i) => {
      scope.values.set(port.name, combined(inputs[i], statedInfo(port), this.symbols));
    });
    scope.run();
    this.problems.push(...scope.problems);
    return inner.outputs.map((port) => {
      const elements = scope.elementsOf(port.name);
      return { ...(scope.info(port.name) ?? combined(undefined, statedInfo(port), this.symbols)), ...(elements && { elements }) };
    });
  }

  infer(node: Node): void {
    const key = nodeKey(node);
    const row = Object.hasOwn(OPERATORS, key) ? OPERATORS[key] : undefined;
    const context = new NodeInference(node, this, this.symbols);
    let outputs: readonly ValueInfo[] = [];
    if (!row) this.problems.push({ node: node.name, message: `the shapes that the operator ${key} gives are not known` });
    else
      try {
        outputs = row.infer(context);
      } catch (error) {
        this.problems.push({ node: node.name, message: (error as Error).message });
      }
    node.outputs.forEach((name, i) => {
      if (name !== '') this.values.set(name, combined(outputs[i], this.#stated.get(name), this.symbols));
    });
    if (row?.evaluate) this.#evaluate(node, row.evaluate, context);
  }

  #evaluate(node: Node, evaluate: Evaluate, context: InferContext): void {
    node.outputs.forEach((name, output) => {
      try {
        const value = name === '' ? undefined : evaluate(context, output);
        if (value && value.elements.every((e) => e === undefined) === (value.elements.length === 0)) this.elements.set(name, value);
      } catch {
        // The elements stay unknown; if the node is at fault, inferring its shape has said so.
      }
    });
  }
}

/** What inference tells, completed by what the file states where inference cannot tell. */
function combined(inferred: ValueInfo | undefined, stated: ValueInfo | undefined, symbols: Symbols): ValueInfo {
  const dtype: DType | undefined = inferred?.dtype ?? stated?.dtype;
  const [a, b] = [inferred?.shape, stated?.shape];
  if (!a)
    return info(
      dtype,
      b?.map((d) => (isOpen(d) ? symbols.next() : d)),
    );
  if (!b || a.length !== b.length) return info(dtype, a);
  return info(
    dtype,
    a.map((d, i) => (isOpen(d) && !isOpen(b[i] as Dim) ? (b[i] as Dim) : d)),
  );
}

class NodeInference implements InferContext {
  readonly node: Node;
  readonly #scope: Scope;
  readonly unknown: () => Dim;

  constructor(node: Node, scope: Scope, symbols: Symbols) {
    this.node = node;
    this.#scope = scope;
    this.unknown = symbols.next;
  }

  #name(i: number): string | undefined {
    return this.node.inputs[i] || undefined;
  }

  has(i: number): boolean {
    return this.#name(i) !== undefined;
  }

  #info(i: number): ValueInfo | undefined {
    const name = this.#name(i);
    return name === undefined ? undefined : this.#scope.info(name);
  }

  dtype(i: number): DType | undefined {
    return this.#info(i)?.dtype;
  }

  shape(i: number): Shape | undefined {
    return this.#info(i)?.shape;
  }

  mayHaveValue(i: number): boolean {
    const name = this.#name(i);
    return name !== undefined && this.#scope.mayHaveElements(name);
  }

  value(i: number): PartialValue | undefined {
    const name = this.#name(i);
    return name === undefined ? undefined : this.#scope.elementsOf(name);
  }

  dims(i: number): readonly Dim[] | undefined {
    const elements = this.value(i)?.elements;
    return elements?.every((e) => e !== undefined) ? (elements as readonly Dim[]) : undefined;
  }

  numbers(i: number): readonly number[] | undefined {
    const elements = this.value(i)?.elements;
    return elements?.every((e) => typeof e === 'number') ? (elements as readonly number[]) : undefined;
  }

  int(name: string, fallback: number): number {
    return this.#attribute(name, 'int') ?? fallback;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'ints');
  }

  float(name: string, fallback: number): number {
    return this.#attribute(name, 'float') ?? fallback;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'floats');
  }

  string(name: string, fallback: string): string {
    return this.#attribute(name, 'string') ?? fallback;
  }

  #attribute<T extends Attribute['type']>(name: string, type: T): Extract<Attribute, { type: T }>['value'] | undefined {
    const attribute = this.node.attributes[name];
    if (attribute === undefined) return undefined;
    if (attribute.type !== type) throw new TypeError(`attribute ${name} should be of type ${type}, not ${attribute.type}`);
    return attribute.value as never;
  }

  subgraph(attribute: string, inputs: readonly ValueInfo[]): readonly SubgraphOutput[] | undefined {
    const inner = this.#attribute(attribute, 'graph');
    return inner && this.#scope.subgraph(inner, inputs);
  }
}
