import { isFloat } from '../../tensor/dtype.ts';
import type { Shape } from '../../tensor/shape.ts';
import { valuesRead } from '../builder.ts';
import { type Graph, type Node, nodeKey, type Port } from '../graph.ts';

/**
 * How activations flow: a directed graph over the nodes that what is fed to the network passes through. Vertex 0 stands for the input;
 * the others are numbered in the order of computation. Shapes, masks and what other inputs condition are no part of it.
 */
export interface Dataflow {
  /** Vertex → node; nothing for vertex 0. */
  readonly nodes: readonly (Node | undefined)[];
  /** The shape of the first value of each vertex. */
  readonly shapes: readonly (Shape | undefined)[];
  /** Vertices that a vertex takes values from, each once. */
  readonly before: readonly (readonly number[])[];
  readonly behind: readonly (readonly number[])[];
  /** Whether a value carries activations. */
  isActivation(value: string): boolean;
}

/** What tells of a value and not from it: its shape. */
const NO_FLOW: ReadonlySet<string> = new Set(['Shape', 'Size']);

/** Operators whose subgraphs read values too. */
const CONTROL: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

export function dataflowOf(graph: Graph): Dataflow {
  const made = new Map<string, number>(mainInputs(graph.inputs).map(({ name }) => [name, 0]));
  const nodes: (Node | undefined)[] = [undefined];
  const shapes: (Shape | undefined)[] = [undefined];
  const before: number[][] = [[]];
  const behind: number[][] = [[]];
  /** The last node, by its place in the graph, that was found to read a vertex. */
  const reader: number[] = [-1];
  for (const [i, node] of graph.nodes.entries()) {
    const sources: number[] = [];
    for (const name of CONTROL.has(node.op) ? valuesRead(node) : node.inputs) {
      const source = made.get(name);
      if (source === undefined || reader[source] === i) continue;
      reader[source] = i;
      sources.push(source);
    }
    const main = graph.values.get(node.outputs.find((name) => name !== '') ?? '');
    if (sources.length === 0 || main?.dtype === 'bool' || NO_FLOW.has(nodeKey(node))) continue;
    const vertex = nodes.length;
    nodes.push(node);
    shapes.push(main?.shape);
    before.push(sources);
    behind.push([]);
    reader.push(-1);
    for (const source of sources) (behind[source] as number[]).push(vertex);
    for (const name of node.outputs) if (name !== '') made.set(name, vertex);
  }
  return { nodes, shapes, before, behind, isActivation: (value) => made.has(value) };
}

/** The inputs of the highest rank: an image before a time step, features before a scalar. Of several of whole numbers (ids, masks) the first. */
function mainInputs(inputs: readonly Port[]): readonly Port[] {
  const rank = inputs.reduce((most, { shape }) => Math.max(most, shape?.length ?? 0), 0);
  const highest = inputs.filter(({ shape }) => (shape?.length ?? 0) === rank);
  return highest.every(({ dtype }) => dtype === undefined || isFloat(dtype)) ? highest : highest.slice(0, 1);
}
