import { type Graph, intsAttribute, type Node, stringAttribute } from '../../graph/graph.ts';
import { timeFirst } from '../../graph/recurrentLayout.ts';
import { at, slidingWindow } from '../../graph/slidingWindow.ts';

/** The graph with uses of operators in another form that ONNX Runtime's CPU provider refuses or computes otherwise than ONNX says. */
export const runnable = (graph: Graph): Graph => withExplicitPads(timeFirst(graph));

const WINDOWED: ReadonlySet<string> = new Set(['Conv', 'MaxPool', 'AveragePool', 'LpPool']);

/**
 * ONNX Runtime works out the padding of SAME without dilations, refuses it for dilated convolutions, and crops where a pool's strides
 * are beyond its kernel.
 */
function withExplicitPads(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => explicitPads(node, graph) ?? node);
  return nodes.every((node, i) => node === graph.nodes[i]) ? graph : { ...graph, nodes };
}

function explicitPads(node: Node, { values, initializers }: Graph): Node | undefined {
  if (node.domain !== '' || !WINDOWED.has(node.op) || !stringAttribute(node, 'auto_pad', '').startsWith('SAME')) return undefined;
  const [x = '', w = ''] = node.inputs;
  const kernel = intsAttribute(node, 'kernel_shape') ?? (initializers.get(w)?.dims ?? values.get(w)?.shape)?.slice(2);
  const extents = values.get(x)?.shape?.slice(2);
  if (!isKnown(kernel) || !isKnown(extents)) return undefined;
  const { strides, dilations, begin, end } = slidingWindow(node, kernel, extents);
  if (kernel.every((k, i) => at(dilations, i) === 1 && at(strides, i) <= k)) return undefined;
  const { auto_pad: _, ceil_mode: __, ...attributes } = node.attributes;
  return { ...node, attributes: { ...attributes, pads: { type: 'ints', value: [...begin, ...end] } } };
}

const isKnown = (list: readonly unknown[] | undefined): list is readonly number[] => list?.every((n) => typeof n === 'number') ?? false;
