import { GraphBuilder } from './builder.ts';
import { type Graph, intAttribute, type Node } from './graph.ts';

/** Whether a node's last axis is its hidden units, after those of time, direction and batch. */
export const isRecurrent = (node: Node): boolean => node.domain === '' && (node.op === 'RNN' || node.op === 'GRU' || node.op === 'LSTM');

/** Whether a recurrent node has the batch as its first axis. */
export const isBatchFirst = (node: Node): boolean => isRecurrent(node) && intAttribute(node, 'layout', 0) !== 0;

/** Inputs and outputs that have the batch first, with the order of axes that puts it after time, or after the direction. */
const INPUTS: readonly (readonly number[] | undefined)[] = [[1, 0, 2], undefined, undefined, undefined, undefined, [1, 0, 2], [1, 0, 2]];
const OUTPUTS: readonly (readonly number[])[] = [
  [2, 0, 1, 3],
  [1, 0, 2],
  [1, 0, 2],
];

/** Adds nodes that compute what a batch-first node does, with the batch in its usual place inside. */
export function addTimeFirst(builder: GraphBuilder, node: Node): void {
  const inputs = node.inputs.map((name, i) => (name && INPUTS[i] ? builder.op('Transpose', [name], { perm: INPUTS[i] }) : name));
  const outputs = node.outputs.map((name) => name && builder.fresh(name));
  const { layout: _, ...attributes } = node.attributes;
  builder.nodes.push({ ...node, inputs, outputs, attributes });
  node.outputs.forEach((name, k) => {
    if (!name) return;
    const perm = { type: 'ints', value: OUTPUTS[k] as readonly number[] } as const;
    builder.nodes.push({
      name: builder.fresh(`${node.name}~Transpose`),
      op: 'Transpose',
      domain: '',
      inputs: [outputs[k] as string],
      outputs: [name],
      attributes: { perm },
    });
  });
}

/** The graph with no batch-first recurrent node, giving the same outputs: for engines that lack that layout. */
export function timeFirst(graph: Graph): Graph {
  const nodes = graph.nodes.filter(isBatchFirst);
  if (nodes.length === 0) return graph;
  const builder = new GraphBuilder(graph);
  for (const node of nodes) builder.expand(node, () => addTimeFirst(builder, node));
  return { ...builder.build(), inputs: graph.inputs };
}
