import { neededFor } from '../../graph/builder.ts';
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

/** The part of the work for an output that is done behind a value, 0 to 1. */
export function shareBehind(graph: Graph, value: string, output: string): number {
  const work = ({ nodes }: Graph): number => neededFor(nodes, [output]).nodes.reduce((sum, node) => sum + workOf(node, graph), 0);
  const whole = work(graph);
  return whole > 0 ? Math.min(1, work(cutGraph(graph, [value], output)) / whole) : 1;
}
