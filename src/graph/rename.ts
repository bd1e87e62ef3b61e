import { capturedValues } from './builder.ts';
import type { Attribute, Attributes, Graph, Node, Port } from './graph.ts';

/** Gives values and nodes other names, those of subgraphs included. */
export class Renamer {
  readonly #fresh: (name: string) => string;
  readonly #change: (node: Node) => Node;

  /**
   * @param fresh a new name for one that is the graph's own
   * @param change what else becomes of a node, its name aside
   */
  constructor(fresh: (name: string) => string, change: (node: Node) => Node = (node) => node) {
    this.#fresh = fresh;
    this.#change = change;
  }

  /** @param values new names by old ones; names that are not there get one */
  nodes(nodes: readonly Node[], values: Map<string, string>): Node[] {
    return nodes.map((node) => {
      const changed = this.#change(node);
      return {
        ...changed,
        name: this.#fresh(changed.name),
        inputs: node.inputs.map((name) => this.value(name, values)),
        outputs: node.outputs.map((name) => this.value(name, values)),
        attributes: this.#attributes(changed.attributes, values),
      };
    });
  }

  value(name: string, values: Map<string, string>): string {
    const known = name === '' ? name : values.get(name);
    if (known !== undefined) return known;
    const renamed = this.#fresh(name);
    values.set(name, renamed);
    return renamed;
  }

  /** A subgraph: its own names are new, those that it captures follow `outer`, or stay where that does not name them. */
  subgraph(graph: Graph, outer: ReadonlyMap<string, string> = new Map()): Graph {
    const values = new Map(capturedValues(graph).map((name) => [name, outer.get(name) ?? name]));
    const ports = (list: readonly Port[]): Port[] => list.map((port) => ({ ...port, name: this.value(port.name, values) }));
    const inputs = ports(graph.inputs);
    const initializers = [...graph.initializers.values()].map((i) => ({ ...i, name: this.value(i.name, values) }));
    return {
      ...graph,
      inputs,
      initializers: new Map(initializers.map((i) => [i.name, i])),
      nodes: this.nodes(graph.nodes, values),
      outputs: ports(graph.outputs),
      values: new Map([...graph.values].flatMap(([name, info]) => (values.has(name) ? [[values.get(name) as string, info] as const] : []))),
    };
  }

  #attributes(attributes: Attributes, values: ReadonlyMap<string, string>): Attributes {
    const renamed = ([name, a]: [string, Attribute]): [string, Attribute] => [
      name,
      a.type === 'graph' ? { type: 'graph', value: this.subgraph(a.value, values) } : a,
    ];
    return Object.fromEntries(Object.entries(attributes).map(renamed));
  }
}
