import { isFloat } from '../../tensor/dtype.ts';
import { type Graph, type Node, nodeKey } from '../graph.ts';
import { parentPath } from '../paths.ts';
import { isMadeOfWeights } from './constants.ts';

/** What never is a layer of its own. */
const ALWAYS = new Set([
  'Cast',
  'CastLike',
  'Constant',
  'ConstantOfShape',
  'DequantizeLinear',
  'Dropout',
  'DynamicQuantizeLinear',
  'Identity',
  'QuantizeLinear',
  'Range',
  'Shape',
  'Size',
]);

/** What only arranges an activation anew: a layer where it is all that a module does (an nn.Flatten). */
const LAYOUT = new Set(['Expand', 'Flatten', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze']);

/** Whether a node does more than arrange, convert or prepare: what a person takes for a layer wherever it stands. */
export const isComputation = (node: Node, graph: Graph): boolean => !LAYOUT.has(nodeKey(node)) && !isHidden(node, graph);

/**
 * Whether a person who reads the model's tree would rather not see this node: constants and what is
 * made of them alone, shape arithmetic, casts, and what only arranges activations anew unless a module does nothing else.
 */
export function isPlumbing(node: Node, graph: Graph): boolean {
  if (isHidden(node, graph)) return true;
  if (!LAYOUT.has(nodeKey(node))) return false;
  return !node.module || modulesWithLayers(graph).has(node.module);
}

function isHidden(node: Node, graph: Graph): boolean {
  if (ALWAYS.has(nodeKey(node))) return true;
  const output = node.outputs.find((name) => name !== '') ?? '';
  const { dtype, shape } = graph.values.get(output) ?? {};
  if (graph.outputs.some((port) => port.name === output)) return false;
  if (isMadeOfWeights(output, graph)) return true;
  if (shape?.length === 0) return true; // A scale of a quantised layer, a factor of attention.
  const isShapeArithmetic = dtype !== undefined && !isFloat(dtype) && dtype !== 'string' && shape !== undefined && shape.length <= 1;
  return isShapeArithmetic && isIndexing(node);
}

/** Operators that may be part of shape arithmetic; a quantised layer's or an argument's integers are none. */
const SHAPE_ARITHMETIC = new Set(
  (
    'Abs Add And Ceil Concat Div Equal Expand Floor Gather GatherND Greater GreaterOrEqual Less LessOrEqual Max Min Mod Mul Neg ' +
    'NonZero Not Or Pow ReduceMax ReduceMin ReduceProd ReduceSum Reshape ScatterND Slice Split Squeeze Sub Tile Transpose Unsqueeze Where'
  ).split(' '),
);
const isIndexing = (node: Node): boolean => SHAPE_ARITHMETIC.has(nodeKey(node));

const layersOfGraph = new WeakMap<Graph, ReadonlySet<string>>();

/** Modules, and those around them, that hold a node which does more than arrange. */
function modulesWithLayers(graph: Graph): ReadonlySet<string> {
  const known = layersOfGraph.get(graph);
  if (known) return known;
  const modules = new Set<string>();
  for (const node of graph.nodes) {
    if (!node.module || !isComputation(node, graph)) continue;
    for (let path = node.module; path !== ''; path = parentPath(path)) modules.add(path);
  }
  layersOfGraph.set(graph, modules);
  return modules;
}
