import { GraphBuilder, neededFor, valuesRead } from '../../../graph/builder.ts';
import { type Graph, type Node, nodeKey } from '../../../graph/graph.ts';
import { readInitializer } from '../../../graph/weights.ts';
import { toNumbers } from '../../../tensor/tensor.ts';
import { reachedFrom } from '../../differentiate.ts';
import { type SelfGated, selfGated } from '../activationNodes.ts';
import { gradientRules } from '../gradient/index.ts';
import { quantisationScales, treatmentOf } from './treatments.ts';

/** Operators of a kind that take the plain gradient although they are not linear. */
export interface PlainlyTreated {
  /** "Clip (ReLU6)", "MatMul of two varying values" */
  readonly kind: string;
  readonly count: number;
  /** Whether `all` has a rule for them. */
  readonly curable: boolean;
}

/**
 * What keeps the attributions from summing up to the difference: the operators between `values` and `output` that are not linear and
 * take the plain gradient, by kinds.
 */
export function plainlyTreated(graph: Graph, values: readonly string[], output: string, all: boolean): PlainlyTreated[] {
  const { initializers } = graph;
  const activations = selfGated(graph.nodes, initializers);
  const reached = reachedFrom(new GraphBuilder(graph), graph.nodes, values, gradientRules);
  const dependent = dependentOn(graph.nodes, values);
  const scales = quantisationScales(graph.nodes, initializers);
  const options = { initializers, activations, scales, depends: (value: string) => dependent.has(value) };
  const kinds = new Map<string, { count: number; curable: boolean }>();
  for (const node of neededFor(graph.nodes, [output]).nodes) {
    if (activations.gates.has(node) || !node.outputs.some((name) => reached.has(name))) continue;
    const varying = node.inputs.flatMap((name, i) => (reached.has(name) && !scales.has(name) ? [i] : []));
    if (treatmentOf(node, varying, { ...options, all }) !== 'plain') continue;
    const kind = kindOf(node, varying, graph, activations);
    const { count = 0 } = kinds.get(kind) ?? {};
    kinds.set(kind, { count: count + 1, curable: treatmentOf(node, varying, { ...options, all: true }) !== 'plain' });
  }
  return [...kinds].map(([kind, found]) => ({ kind, ...found }));
}

/** Every value that is made of `values`, their shapes aside. */
function dependentOn(nodes: readonly Node[], values: readonly string[]): ReadonlySet<string> {
  const dependent = new Set(values);
  for (const node of nodes)
    if (node.op !== 'Shape' && node.op !== 'Size' && valuesRead(node).some((name) => dependent.has(name)))
      for (const output of node.outputs) dependent.add(output);
  return dependent;
}

/** What a gate with one of these operators makes of a product, the surest first. */
const GATED: readonly (readonly [string, string])[] = [
  ['Erf', 'GELU'],
  ['Softplus', 'Mish'],
  ['Tanh', 'GELU'],
  ['Sigmoid', 'SiLU'],
  ['HardSigmoid', 'hard swish'],
  ['Clip', 'hard swish'],
];

function kindOf(node: Node, varying: readonly number[], { initializers }: Graph, { products }: SelfGated): string {
  const gate = products.get(node)?.gate;
  const gated = gate && GATED.find(([op]) => [...gate].some((inside) => inside.op === op));
  if (gated) return `${node.op} (${gated[1]})`;
  if (varying.length > 1) return `${node.op} of ${varying.length === 2 ? 'two' : varying.length} varying values`;
  const bound = (i: number): number | undefined => {
    const initializer = initializers.get(node.inputs[i] ?? '');
    return initializer && toNumbers(readInitializer(initializer))[0];
  };
  return node.op === 'Clip' && bound(1) === 0 && bound(2) === 6 ? 'Clip (ReLU6)' : nodeKey(node);
}
