import { type Attribute, type Node, nodeKey } from '../../graph/graph.ts';
import type { Names } from '../../graph/names.ts';
import { Renamer } from '../../graph/rename.ts';
import type { FunctionBody, FunctionNode } from './model.ts';

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
  readonly #module: string;
  readonly #fresh: (name: string) => string;
  readonly #renamer: Renamer;

  constructor(body: FunctionBody, call: Node, names: Names) {
    this.#body = body;
    this.#call = call;
    this.#module = moduleOf(call);
    this.#fresh = (name) => names.fresh(`${call.name}/${name}`);
    this.#renamer = new Renamer(this.#fresh, (node) => this.#resolved(node));
  }

  nodes(): Node[] {
    const { inputs, outputs, nodes } = this.#body;
    const values = new Map<string, string>();
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
    return [...this.#renamer.nodes(nodes, values), ...copies];
  }

  #identity(from: string, to: string): Node {
    const name = this.#fresh('Identity');
    return { name, op: 'Identity', domain: '', inputs: [from], outputs: [to], attributes: {}, module: this.#module };
  }

  /** A node with attributes that refer to the call's resolved, in the call's module. */
  #resolved(node: Node): Node {
    const { references = {}, ...rest } = node as FunctionNode;
    const attributes: Record<string, Attribute> = { ...node.attributes };
    for (const [name, reference] of Object.entries(references)) {
      const from = [this.#call.attributes, this.#body.defaults].find((given) => Object.hasOwn(given, reference));
      const value = from?.[reference];
      if (value) attributes[name] = value;
    }
    return { ...rest, attributes, module: [this.#module, node.module ?? ''].filter((part) => part !== '').join('.') };
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
