import { valuesRead } from '../../../graph/builder.ts';
import { type Graph, type Node, nodeKey } from '../../../graph/graph.ts';
import { commonPath, parentPath } from '../../../graph/paths.ts';

/** What belongs to the layer before it, where both are written in one module. */
const STAYS: ReadonlySet<string> = new Set(
  (
    'Relu LeakyRelu PRelu Elu Celu Selu Gelu Sigmoid HardSigmoid HardSwish Swish Mish Softplus Softsign Tanh Clip ThresholdedRelu Erf ' +
    'Add Sub Mul Div Sum Max Min Pow Sqrt Exp Neg Concat Cast CastLike Identity QuantizeLinear DequantizeLinear'
  ).split(' '),
);

/** Readers of one value that are looked at. */
const MOST_READERS = 8;

/** The path of the innermost module that holds both; undefined is no path. */
const common = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || b === undefined ? (a ?? b) : commonPath(a, b);

/**
 * Modules for the nodes that have no weights with a name: an activation or a sum joins the module of what it stands behind; pools,
 * reshapes and the like stand in the innermost module around what is before and behind them. A node whose neighbours are unknown too
 * stays without.
 * @param known modules that names tell
 */
export function placed(graph: Graph, known: ReadonlyMap<Node, string>): Map<Node, string> {
  return new Placement(graph, known).run();
}

class Placement {
  readonly #graph: Graph;
  readonly #modules: Map<Node, string>;
  readonly #makers: ReadonlyMap<string, Node>;
  readonly #readers: ReadonlyMap<string, readonly Node[]>;
  readonly #order: ReadonlyMap<Node, number>;
  /** Modules that have modules inside. */
  readonly #containers = new Set<string>();
  /** Modules whose children are numbered: what they compute, the children do. */
  readonly #sequential = new Set<string>();
  /** The module in which a node stands: what holds the layer that it is part of. */
  readonly #around = new Map<Node, string>();

  constructor(graph: Graph, known: ReadonlyMap<Node, string>) {
    this.#graph = graph;
    this.#modules = new Map(known);
    this.#order = new Map(graph.nodes.map((node, i) => [node, i]));
    this.#makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
    const readers = new Map<string, Node[]>();
    for (const node of graph.nodes)
      for (const name of new Set(valuesRead(node))) {
        const list = readers.get(name);
        if (list) list.push(node);
        else readers.set(name, [node]);
      }
    this.#readers = readers;
    for (const module of new Set(known.values()))
      for (let path = parentPath(module); path !== '' && !this.#containers.has(path); path = parentPath(path)) this.#containers.add(path);
    for (const module of [...known.values(), ...this.#containers])
      if (/(?:^|\.)\d+$/.test(module)) this.#sequential.add(parentPath(module));
    for (const [node, module] of known) this.#around.set(node, this.#containers.has(module) ? module : parentPath(module));
  }

  run(): Map<Node, string> {
    const behind = this.#behind();
    for (const node of this.#graph.nodes) {
      if (this.#modules.has(node)) continue;
      const before = this.#before(node);
      if (before === undefined) continue;
      const place = STAYS.has(nodeKey(node)) ? before : (common(before, behind.get(node)) as string);
      this.#modules.set(node, place);
      this.#around.set(node, place);
    }
    this.#placeWhatPreparesWeights();
    return this.#modules;
  }

  /** For every node, what is around the named layer next behind it; nothing is around what gives an output. */
  #behind(): Map<Node, string> {
    const outputs = new Set(this.#graph.outputs.map((port) => port.name));
    const behind = new Map<Node, string>();
    for (const node of this.#graph.nodes.toReversed()) {
      const next = node.outputs.flatMap((name) => this.#readers.get(name)?.[0] ?? []).reduce<Node | undefined>(this.#earlier, undefined);
      const path = next ? (this.#around.get(next) ?? behind.get(next)) : node.outputs.some((name) => outputs.has(name)) ? '' : undefined;
      if (path !== undefined) behind.set(node, path);
    }
    return behind;
  }

  readonly #earlier = (a: Node | undefined, b: Node): Node => (a && this.#place(a) < this.#place(b) ? a : b);

  readonly #place = (node: Node): number => this.#order.get(node) as number;

  /**
   * What is around the layers that a node stands behind. A value that others read too enters the module whose end the node is (the
   * shortcut of a residual block): it is the readers of that value, not its maker, that stand in the module.
   */
  #before(node: Node): string | undefined {
    const values = valuesRead(node).filter((name) => this.#makers.has(name));
    const own = values.filter((name) => this.#readers.get(name)?.length === 1);
    const ends = (own.length > 0 ? own : values).map((name) => this.#around.get(this.#makers.get(name) as Node));
    let path = ends.reduce(common, undefined);
    if (path === undefined) return undefined;
    if (own.length > 0) for (const name of values) if (!own.includes(name)) path = this.#sharedWithReaders(path, name, node);
    // What joins other values too is computed by who called the Sequential.
    while (this.#sequential.has(path) && !values.every((name) => this.#isWithin(path as string, name))) path = parentPath(path);
    return path;
  }

  #isWithin(path: string, value: string): boolean {
    const around = this.#around.get(this.#makers.get(value) as Node);
    return around === undefined || around === path || around.startsWith(`${path}.`);
  }

  #sharedWithReaders(path: string, value: string, node: Node): string {
    const shared = (this.#readers.get(value) ?? []).slice(0, MOST_READERS).flatMap((reader) => {
      const around = this.#around.get(reader);
      return this.#place(reader) < this.#place(node) && around !== undefined ? [common(path, around) as string] : [];
    });
    return shared.length > 0 ? shared.reduce((longest, other) => (other.length > longest.length ? other : longest)) : path;
  }

  /** What only turns weights into another form goes to who uses it. */
  #placeWhatPreparesWeights(): void {
    const { nodes, initializers } = this.#graph;
    const constant = new Set(initializers.keys());
    const preparing = nodes.filter((node) => {
      const isConstant = valuesRead(node).every((name) => constant.has(name));
      if (isConstant) for (const name of node.outputs) constant.add(name);
      return isConstant && !this.#modules.has(node);
    });
    for (const node of preparing.reverse()) {
      const [reader] = node.outputs.flatMap((name) => this.#readers.get(name) ?? []);
      const module = reader && this.#modules.get(reader);
      if (module !== undefined) this.#modules.set(node, module);
    }
  }
}
