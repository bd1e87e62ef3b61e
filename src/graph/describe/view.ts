import { divideDims, productOfDims } from '../../tensor/dim.ts';
import { isFloat } from '../../tensor/dtype.ts';
import type { Dim, Shape } from '../../tensor/shape.ts';
import { sizeOf, toNumbers } from '../../tensor/tensor.ts';
import { type Graph, intAttribute, intsAttribute, type Node } from '../graph.ts';
import { readInitializer } from '../weights.ts';
import { isMadeOfWeights } from './constants.ts';

/** What a description asks of one node; wrong attributes count as missing. */
export class NodeView {
  readonly node: Node;
  readonly graph: Graph;

  constructor(node: Node, graph: Graph) {
    this.node = node;
    this.graph = graph;
  }

  /** Shape of input i. */
  shape(i: number): Shape | undefined {
    return this.#shapeOf(this.node.inputs[i]);
  }

  output(i = 0): Shape | undefined {
    return this.#shapeOf(this.node.outputs[i]);
  }

  #shapeOf(name: string | undefined): Shape | undefined {
    return name ? (this.graph.initializers.get(name)?.dims ?? this.graph.values.get(name)?.shape) : undefined;
  }

  /** Elements of a small constant input. */
  constant(i: number): readonly number[] | undefined {
    const initializer = this.graph.initializers.get(this.node.inputs[i] ?? '');
    if (!initializer || initializer.dtype === 'string' || sizeOf(initializer.dims) > 16) return undefined;
    try {
      return Array.from(toNumbers(readInitializer(initializer)));
    } catch {
      return undefined;
    }
  }

  int(name: string, fallback: number): number {
    return this.#quietly(() => intAttribute(this.node, name)) ?? fallback;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#quietly(() => intsAttribute(this.node, name));
  }

  float(name: string): number | undefined {
    const attribute = this.node.attributes[name];
    return attribute?.type === 'float' ? attribute.value : undefined;
  }

  string(name: string, fallback: string): string {
    const attribute = this.node.attributes[name];
    return attribute?.type === 'string' ? attribute.value : fallback;
  }

  #quietly<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch {
      return undefined;
    }
  }

  /** Whether input i is given by the file, of whatever dtype. */
  isConstant(i: number): boolean {
    return this.graph.initializers.has(this.node.inputs[i] ?? '');
  }

  isWeight(i: number): boolean {
    const name = this.node.inputs[i];
    return name !== undefined && isWeight(name, this.graph);
  }

  /** The total divided by the examples of a batch, as a number; the batch is the first dim of the graph's first input. */
  perExample(total: readonly (Dim | undefined)[]): number | undefined {
    if (!total.every((d) => d !== undefined)) return undefined;
    const batch = this.graph.inputs.find((port) => (port.shape?.length ?? 0) > 1)?.shape?.[0] ?? 1;
    try {
      const product = productOfDims(total);
      const share = batch === 0 ? product : divideDims(product, batch);
      return typeof share === 'number' && Number.isInteger(share) ? share : undefined;
    } catch {
      return undefined;
    }
  }
}

/** What turns a weight into the same weight in another form. */
const FORMS = new Set([
  'QuantizeLinear',
  'DequantizeLinear',
  'Transpose',
  'Cast',
  'Identity',
  'Reshape',
  'Unsqueeze',
  'Squeeze',
  'Constant',
]);
const producersOfGraph = new WeakMap<Graph, ReadonlyMap<string, Node>>();

/** The node that makes each value. */
function producersOf(graph: Graph): ReadonlyMap<string, Node> {
  const known = producersOfGraph.get(graph);
  if (known) return known;
  const made = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  producersOfGraph.set(graph, made);
  return made;
}

/** The weight that a value is, or that it is only a dequantised, transposed or cast form of. */
export function weightBehind(name: string, graph: Graph): string | undefined {
  const made = producersOf(graph);
  let value = name;
  for (let step = 0; step < 8; step++) {
    if (graph.initializers.has(value)) return value;
    const node = made.get(value);
    if (node?.domain !== '' || !FORMS.has(node.op)) return undefined;
    if (node.op === 'Constant') return value;
    value = node.inputs[0] ?? '';
  }
  return undefined;
}

/** Whether a value is a float weight, or made of what the file holds alone. */
export const isWeight = (name: string, graph: Graph): boolean =>
  isMadeOfWeights(name, graph) || isFloat(graph.initializers.get(name)?.dtype ?? 'bool');
