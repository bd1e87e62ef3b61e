import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph } from '../../graph/graph.ts';

/** The graph in which some values are not computed but given: they are inputs, and what only they needed is gone. They may be inputs already. */
export function cutGraph(graph: Graph, values: readonly string[], output: string): Graph {
  const builder = new GraphBuilder(graph);
  const given = new Set(values);
  for (const node of graph.nodes)
    if (node.outputs.some((name) => given.has(name)))
      builder.replace(node, { ...node, outputs: node.outputs.map((name) => (given.has(name) ? builder.fresh(`~${name}`) : name)) });
  const known = new Set(graph.inputs.map(({ name }) => name));
  for (const name of values) if (!known.has(name)) builder.inputs.push({ name, dtype: 'float32', ...graph.values.get(name) });
  builder.outputs = [{ name: output, ...graph.values.get(output) }];
  return builder.build();
}
