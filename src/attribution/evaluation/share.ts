import { neededFor, valuesRead } from '../../graph/builder.ts';
import { macsOf } from '../../graph/describe/macs.ts';
import { NodeView } from '../../graph/describe/view.ts';
import type { Graph, Node } from '../../graph/graph.ts';
import { sizeOfShape } from '../../tensor/shape.ts';
import { cutGraph } from './cut.ts';

/** What a node computes for one example: multiply-accumulates and written elements. */
export function workOf(node: Node, graph: Graph): number {
  const view = new NodeView(node, graph);
  return (macsOf(node, view) ?? 0) + (sizeOfShape(view.output()?.slice(1) ?? []) ?? 0);
}

/** Parts of the work of a forward pass, 0 to 1, as a layer's value divides it. */
export interface Shares {
  /** What the value needs. */
  readonly before: number;
  /** What depends on it: the way back to it. */
  readonly behind: number;
  /** What is left to compute where the value is given: what is behind it, and what goes around it. */
  readonly given: number;
}

/** Without a layer: all is behind the input. */
export const WHOLE: Shares = { before: 0, behind: 1, given: 1 };

export function sharesAt(graph: Graph, value: string, output: string): Shares {
  const known = new Map<Node, number>();
  const own = (node: Node): number => {
    const found = known.get(node) ?? workOf(node, graph);
    known.set(node, found);
    return found;
  };
  const work = (nodes: readonly Node[]): number => nodes.reduce((sum, node) => sum + own(node), 0);
  const { nodes } = neededFor(graph.nodes, [output]);
  const whole = work(nodes);
  if (whole === 0) return WHOLE;
  const reached = new Set([value]);
  const behind = nodes.filter((node) => {
    const depends = valuesRead(node).some((name) => reached.has(name));
    if (depends) for (const name of node.outputs) reached.add(name);
    return depends;
  });
  const { nodes: before } = neededFor(graph.nodes, [value]);
  const { nodes: given } = neededFor(cutGraph(graph, [value], output).nodes, [output]);
  return { before: work(before) / whole, behind: work(behind) / whole, given: work(given) / whole };
}
