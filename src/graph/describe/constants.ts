import { valuesRead } from '../builder.ts';
import type { Graph, Node } from '../graph.ts';

const makersOfGraph = new WeakMap<Graph, ReadonlyMap<string, Node>>();

/** The values that are made of what the file holds alone, whatever is fed, each with the node that makes it. */
export function constantMakers(graph: Graph): ReadonlyMap<string, Node> {
  const known = makersOfGraph.get(graph);
  if (known) return known;
  const makers = new Map<string, Node>();
  const inputs = new Set(graph.inputs.map((port) => port.name));
  const isConstant = (name: string) => !inputs.has(name) && (graph.initializers.has(name) || makers.has(name));
  for (const node of graph.nodes) if (valuesRead(node).every(isConstant)) for (const output of node.outputs) makers.set(output, node);
  makersOfGraph.set(graph, makers);
  return makers;
}

export const isMadeOfWeights = (value: string, graph: Graph): boolean => constantMakers(graph).has(value);
