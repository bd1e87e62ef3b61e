import type { Attribute, Attributes, Graph, Node, Port } from '../../graph/graph.ts';
import { nodeKey } from '../../graph/graph.ts';
import type { FunctionBody, FunctionNode } from './model.ts';
import type { Names } from './names.ts';

/** The functions that a file defines, by the key of the nodes that call them. */
export const functionTable = (functions: readonly FunctionBody[]): ReadonlyMap<string, FunctionBody> =>
  new Map(functions.map((body) => [nodeKey({ op: body.name, domain: body.domain === 'ai.onnx' ? '' : body.domain }), body]));

/**
 * The nodes of a function's body in place of a call: the body's inputs and outputs are those of the call, its other values and its
 * nodes are named "call/name", attributes that refer to the call's have their value or the function's default. The call's
 * module (or, where it has none of its own, its name) is the module of the nodes.
 */
export function instantiate(body: FunctionBody, call: Node, names: Names): Node[] {
  return new Instance(body, call, names).nodes();
}

class Instance {
  readonly #body: FunctionBody;
  readonly #call: Node;
  readonly #names: Names;
  readonly #module: string;

  constructor(body: FunctionBody, call: Node, names: Names) {
    this.#body = body;
    this.#call = call;
    this.#names = names;
    this.#module = moduleOf(call);
  }

  nodes(): Node[] {
    const { inputs, outputs, nodes } = this.#body;
    const values = new Map<string, string>([['', '']]);
    inputs.forEach((name, i) => {
      values.set(name, this.#call.inputs[i] ?? '');
    });
    // An output that is an input, or is given out twice, takes an Identity.
    const copies: Node[] = [];
    outputs.forEach((name, i) => {
      const wanted = this.#call.outputs[i] ?? '';
      if (wanted === '') return;
      if (!values.has(name)) values.set(name, wanted);
      else copies.push(this.#identity(values.get(name) as string, wanted));
    });
    return [...this.#renamed(nodes, values, this.#module), ...copies];
  }

  #identity(from: string, to: string): Node {
    const name = this.#names.fresh(`${this.#call.name}/Identity`);
    return { name, op: 'Identity', domain: '', inputs: [from], outputs: [to], attributes: {}, module: this.#module };
  }

  #renamed(nodes: readonly Node[], values: Map<string, string>, module: string): Node[] {
    return nodes.map((node) => {
      const { references = {}, ...rest } = node as FunctionNode;
      return {
        ...rest,
        name: this.#names.fresh(`${this.#call.name}/${node.name}`),
        inputs: node.inputs.map((name) => this.#value(name, values)),
        outputs: node.outputs.map((name) => this.#value(name, values)),
        attributes: this.#attributes(node.attributes, references, values),
        module: [module, node.module ?? ''].filter((part) => part !== '').join('.'),
      };
    });
  }

  #value(name: string, values: Map<string, string>): string {
    const known = values.get(name);
    if (known !== undefined) return known;
    const renamed = this.#names.fresh(`${this.#call.name}/${name}`);
    values.set(name, renamed);
    return renamed;
  }

  #attributes(own: Attributes, references: Readonly<Record<string, string>>, values: ReadonlyMap<string, string>): Attributes {
    const result: Record<string, Attribute> = {};
    for (const [name, value] of Object.entries(own))
      result[name] = value.type === 'graph' ? { type: 'graph', value: this.#graph(value.value, values) } : value;
    for (const [name, reference] of Object.entries(references)) {
      const from = [this.#call.attributes, this.#body.defaults].find((attributes) => Object.hasOwn(attributes, reference));
      const value = from?.[reference];
      if (value) result[name] = value;
    }
    return result;
  }

  /** A subgraph's own names are renamed, those that it captures follow the body's. */
  #graph(graph: Graph, outer: ReadonlyMap<string, string>): Graph {
    const values = new Map(outer);
    const own = [...graph.inputs, ...graph.initializers.values(), ...graph.nodes.flatMap((n) => n.outputs.map((name) => ({ name })))];
    for (const { name } of own) if (name !== '') values.delete(name);
    const renamed = (name: string): string => this.#value(name, values);
    const ports = (list: readonly Port[]): Port[] => list.map((port) => ({ ...port, name: renamed(port.name) }));
    const inputs = ports(graph.inputs);
    return {
      ...graph,
      inputs,
      initializers: new Map([...graph.initializers.values()].map((i) => [renamed(i.name), { ...i, name: renamed(i.name) }])),
      nodes: this.#renamed(graph.nodes, values, this.#module),
      outputs: ports(graph.outputs),
      values: new Map([...graph.values].map(([name, value]) => [values.get(name) ?? name, value])),
    };
  }
}

/** Exporters tell a call's module in its metadata, or write the call's own name as the path of a module. */
function moduleOf({ name, module }: Node): string {
  if (module && !name.includes('/')) return module;
  const leaf =
    name
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? name;
  return module ? `${module}.${leaf}` : leaf;
}
