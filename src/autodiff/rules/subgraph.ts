import { capturedValues, type GraphBuilder, neededFor } from '../../graph/builder.ts';
import { EMPTY_GRAPH, type Graph, type Port, type ValueInfo } from '../../graph/graph.ts';
import { inferAdded } from '../../graph/inferShapes.ts';
import { Renamer } from '../../graph/rename.ts';
import type { RuleContext } from '../rule.ts';

/** A subgraph of a node, in which every name is one that the graph around it does not have, so that nodes can move out of it. */
export interface Inside {
  readonly graph: Graph;
  /** Starts with the nodes of the graph, and knows the values that they capture. */
  readonly inner: GraphBuilder;
  readonly captured: readonly string[];
}

/**
 * A graph attribute of the context's node, its values' dtypes and shapes inferred.
 * @param inputs what is known of what goes into it
 */
export function insideOf(
  { node, builder }: RuleContext,
  name: string,
  inputs: (port: Port, i: number) => ValueInfo = (port) => port,
): Inside {
  const attribute = node.attributes[name];
  if (attribute?.type !== 'graph') throw new TypeError(`node ${node.name} (${node.op}) has no ${name}`);
  const graph = new Renamer((value) => builder.fresh(value)).subgraph(attribute.value);
  const inner = builder.subgraph(graph);
  const captured = [...new Set(capturedValues(graph))];
  for (const value of captured) {
    const [info, initializer] = [builder.values.get(value), builder.initializers.get(value)];
    if (info) inner.values.set(value, info);
    if (initializer) inner.initializers.set(value, initializer);
  }
  graph.inputs.forEach((port, i) => {
    inner.values.set(port.name, inputs(port, i));
  });
  for (const [value, info] of inferAdded(inner, graph.nodes)) inner.values.set(value, info);
  return { graph, inner, captured };
}

/**
 * A subgraph that gives out `outputs`; what is given out twice, or made elsewhere, takes an Identity. Its constants are in the graph
 * around it (`moveConstants`).
 */
export function subgraphOf(inner: GraphBuilder, nodes: Graph['nodes'], inputs: readonly string[], outputs: readonly string[]): Graph {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const copies = inner.subgraph();
  const names = outputs.map((name) => {
    if (made.delete(name)) return name;
    const copy = inner.fresh(name);
    copies.alias(name, copy);
    return copy;
  });
  const port = (name: string, known = name): Port => ({ name, ...inner.values.get(known) });
  return {
    ...EMPTY_GRAPH,
    inputs: inputs.map((name) => port(name)),
    outputs: names.map((name, i) => port(name, outputs[i])),
    nodes: [...neededFor(nodes, outputs).nodes, ...copies.nodes],
  };
}

/** Puts the constants of a subgraph into the graph around it. */
export function moveConstants(inner: GraphBuilder, builder: GraphBuilder): void {
  for (const [name, initializer] of inner.initializers) if (!builder.initializers.has(name)) builder.initializers.set(name, initializer);
}
