import type { Graph, Node } from '../../../graph/graph.ts';

/** A part of a fused node that the file tells no module of; `group` is what the node is called. */
export interface PartNode extends Node {
  readonly group?: string;
}

/** Parts that belong to no module are a group of the fused node's name, so that the tree shows them as one row. */
export const withGroups = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node: PartNode) => {
    const { group, ...plain } = node;
    return group === undefined ? node : { ...plain, module: plain.module || group };
  }),
});
