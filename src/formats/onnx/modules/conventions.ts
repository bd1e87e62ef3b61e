import type { Graph, Node } from '../../../graph/graph.ts';

/** How a tool names the nodes or values of a whole file; undefined for a node that it says nothing of. */
type Convention = (graph: Graph) => ReadonlyMap<Node, string> | undefined;

/** The weights that stand in a node's inputs. */
const weightsOf = (node: Node, graph: Graph): string[] => node.inputs.filter((name) => graph.initializers.has(name));

/**
 * Caffe2's exporter names no nodes; a layer's value is called like its weights, with a number: `fire2/squeeze1x1_1` and, after the
 * activation that Caffe computes in place, `fire2/squeeze1x1_2` are of the layer of `fire2/squeeze1x1_w_0`.
 */
const caffe2: Convention = (graph) => {
  const numbered = /^(.+)_\d+$/;
  const layerOf = ({ outputs: [value = ''] }: Node): string | undefined => numbered.exec(value)?.[1];
  const layers = graph.nodes.filter((node) => weightsOf(node, graph).some((name) => /_w_\d+$/.test(name)));
  const agrees = layers.every((node) => weightsOf(node, graph).some((name) => name.replace(/_w_\d+$/, '') === layerOf(node)));
  if (layers.length === 0 || !agrees) return undefined;
  return new Map(graph.nodes.flatMap((node) => [[node, layerOf(node)?.replaceAll('/', '.')] as const]).filter(isNamed));
};

/**
 * MXNet's Gluon: `resnetv24_stage1_conv0_fwd`, with the weights `resnetv24_stage1_conv0_weight`, is `stage1.conv0`. Its names have no
 * underscores but between the blocks.
 */
const gluon: Convention = (graph) => {
  const layers = graph.nodes.filter((node) => weightsOf(node, graph).includes(node.name.replace(/_fwd$/, '_weight')));
  const [root = ''] = layers[0]?.name.split('_') ?? [];
  if (root === '' || !layers.every((node) => node.name.startsWith(`${root}_`))) return undefined;
  const paths = graph.nodes
    .filter((node) => node.name.startsWith(`${root}_`))
    .map((node) => [node, pathOf(node.name.replace(/_fwd$/, '').split('_').slice(1))] as const);
  return paths.some(([, path]) => path.includes('.')) ? new Map(paths) : undefined;
};

const pathOf = (segments: readonly string[]): string => segments.filter((segment) => segment !== '').join('.');

const isNamed = (entry: readonly [Node, string | undefined]): entry is readonly [Node, string] => entry[1] !== undefined;

const CONVENTIONS: readonly Convention[] = [caffe2, gluon];

/** Modules by the convention that the file's names follow as a whole. */
export function modulesByConvention(graph: Graph): ReadonlyMap<Node, string> | undefined {
  for (const convention of CONVENTIONS) {
    const modules = convention(graph);
    if (modules) return modules;
  }
  return undefined;
}
