import type { Graph, Node } from './graph.ts';

/** Names of a model's values and nodes: each once. */
export class Names {
  readonly #taken = new Set<string>();
  readonly #counts = new Map<string, number>();

  take(name: string): void {
    this.#taken.add(name);
  }

  /** Takes every name in a graph and its subgraphs. */
  takeGraph(graph: Graph): void {
    for (const port of [...graph.inputs, ...graph.outputs]) this.take(port.name);
    for (const name of graph.initializers.keys()) this.take(name);
    for (const node of graph.nodes) {
      this.take(node.name);
      for (const value of [...node.inputs, ...node.outputs]) this.take(value);
      for (const attribute of Object.values(node.attributes)) if (attribute.type === 'graph') this.takeGraph(attribute.value);
    }
  }

  /** A name that nothing has yet: the hint, or the hint with a number. */
  fresh(hint: string): string {
    let name = hint;
    for (let n = this.#counts.get(hint) ?? 2; this.#taken.has(name); n++) {
      name = `${hint}_${n}`;
      this.#counts.set(hint, n + 1);
    }
    this.#taken.add(name);
    return name;
  }
}

/**
 * The nodes with a name each, the same for the same file every time: what has none is called by its operator and place ("Conv_12"); a
 * name that is taken gets a number. What the file calls so comes before what is made up.
 */
export function named<N extends Node>(nodes: readonly N[]): N[] {
  const names = new Names();
  const first = new Map<string, N>();
  for (const node of nodes) {
    if (node.name === '' || first.has(node.name)) continue;
    first.set(node.name, node);
    names.take(node.name);
  }
  return nodes.map((node, i) => (first.get(node.name) === node ? node : { ...node, name: names.fresh(node.name || `${node.op}_${i}`) }));
}
