import { isWeight, weightBehind } from '../../../graph/describe/view.ts';
import type { Graph, Node } from '../../../graph/graph.ts';
import { modulesByConvention } from './conventions.ts';
import { placed } from './placement.ts';
import { moduleOfWeight } from './weightNames.ts';

/**
 * The graph with module paths where the nodes' own names tell none: from how the exporter names a whole file, from the names of
 * weights, then from the neighbours. Nodes of which nothing tells stay without.
 */
export function withModules(graph: Graph): Graph {
  const tells = graph.nodes.some((node) => node.module);
  const own = graph.nodes.flatMap((node) =>
    node.module === undefined || (!tells && node.module === '') ? [] : [[node, node.module] as const],
  );
  if (own.length === graph.nodes.length) return graph;
  const known = new Map([...modulesOfWeights(graph), ...(modulesByConvention(graph) ?? []), ...own]);
  if (known.size === 0) return graph;
  const modules = placed(graph, known);
  const nodes = graph.nodes.map((node) => {
    const module = modules.get(node);
    return module === undefined || module === node.module ? node : { ...node, module };
  });
  return { ...graph, nodes };
}

/** `Conv_12`, `node_Conv_12`, `p2o.Conv.12`: made of the operator by whatever wrote the file. */
const isMadeUp = ({ name, op }: Node): boolean => name.replace(/^(?:node_|p2o\.)/, '').replace(/(?:[._]\d+)*$/, '') === op;

function modulesOfWeights(graph: Graph): Map<Node, string> {
  const names = new Set(graph.nodes.map((node) => node.name));
  const modules = new Map<Node, string>();
  for (const node of graph.nodes) {
    const weights = node.inputs.flatMap((name) => weightBehind(name, graph) ?? []);
    const module = weights
      .flatMap((name) => moduleOfWeight(name) ?? [])
      .find(({ path, isPath }) => isPath || (isMadeUp(node) && !names.has(path)));
    if (module) modules.set(node, module.path);
  }
  for (const [product, bias] of biasedProducts(graph)) {
    const module = modules.get(bias);
    if (module !== undefined && !modules.has(product)) modules.set(product, module);
  }
  return modules;
}

/** Matrix products with the sum that adds their bias: exporters transpose the weight, which then has a name of its own. */
function biasedProducts(graph: Graph): [Node, Node][] {
  const products = graph.nodes.filter((node) => node.op === 'MatMul' && isWeight(node.inputs[1] ?? '', graph));
  const readers = new Map(products.map((node) => [node.outputs[0] ?? '', [] as Node[]]));
  for (const node of graph.nodes) for (const name of node.inputs) readers.get(name)?.push(node);
  return products.flatMap((product) => {
    const [reader, another] = readers.get(product.outputs[0] ?? '') ?? [];
    return reader?.op === 'Add' && !another ? [[product, reader]] : [];
  });
}
