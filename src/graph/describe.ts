import { KINDS, type Kind } from './describe/kinds.ts';
import { macsOf } from './describe/macs.ts';
import { parametersOf } from './describe/parameters.ts';
import { NodeView } from './describe/view.ts';
import { type Graph, type Node, nodeKey } from './graph.ts';

export { isPlumbing } from './describe/plumbing.ts';

/** A node as a row of the tree shows it: `${kind} ${detail}` reads "Conv 16→32, 3×3, s2". */
export interface NodeDescription extends Kind {
  /** Trained elements that stand at the node (weights, biases), quantised ones included. */
  readonly parameters: number;
  /** Multiply-accumulates for one example; 0 for what is neither convolution nor matrix product, undefined where it cannot be told. */
  readonly macs: number | undefined;
}

/** Describes a node for people, from a graph whose shapes are inferred. Weights are not read; constants of up to 16 elements are. */
export function describeNode(node: Node, graph: Graph): NodeDescription {
  const view = new NodeView(node, graph);
  const key = nodeKey(node);
  const describe = Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
  const { kind, detail } = describe?.(view) ?? { kind: inWords(node.op), detail: '' };
  return { kind, detail, parameters: parametersOf(node, graph), macs: macsOf(node, view) };
}

/** "NonMaxSuppression" as "Non max suppression"; short and all-capital names stay. */
function inWords(op: string): string {
  const words = op.replaceAll('_', ' ').match(/[A-Z]+(?![a-z])|[A-Z]?[a-z\d]+|[A-Z]|\d+/g);
  if (!words) return op;
  return words.map((word, i) => (i === 0 || /^[A-Z\d]{2,}$/.test(word) ? word : word.toLowerCase())).join(' ');
}
