import { type Graph, type Node, nodeKey } from '../../graph/graph.ts';
import { readInitializer } from '../../graph/weights.ts';
import { sizeOf, toNumbers } from '../../tensor/tensor.ts';
import { activationRules } from './gradient/activations.ts';
import { elementwiseRules } from './gradient/elementwise.ts';

type Initializers = Graph['initializers'];

/** The only element of a constant. */
function scalarOf(name: string | undefined, initializers: Initializers): number | undefined {
  const initializer = name ? initializers.get(name) : undefined;
  return initializer && sizeOf(initializer.dims) === 1 ? toNumbers(readInitializer(initializer))[0] : undefined;
}

/** Bounds of a Clip from here on are none: exporters write the largest float32 for "none". */
const UNBOUNDED = 3e38;

/**
 * Which input of a node is rectified, where the node is a ReLU: Relu, Clip(x, 0, ∞) or Max(x, 0), as files write it; undefined where
 * it is none.
 */
export function rectifiedInput(node: Node, initializers: Initializers): number | undefined {
  const scalar = (i: number): number | undefined => scalarOf(node.inputs[i], initializers);
  if (node.domain !== '') return undefined;
  if (node.op === 'Relu') return 0;
  if (node.op === 'Clip') return scalar(1) === 0 && (!node.inputs[2] || (scalar(2) ?? 0) >= UNBOUNDED) ? 0 : undefined;
  if (node.op !== 'Max' || node.inputs.length !== 2) return undefined;
  const zero = [0, 1].find((i) => scalar(i) === 0);
  return zero === undefined ? undefined : 1 - zero;
}

/** Whether a node is an activation: elementwise, not linear, of a name of its own. */
export const isActivation = (node: Node, initializers: Initializers): boolean =>
  Object.hasOwn(activationRules, nodeKey(node)) || rectifiedInput(node, initializers) !== undefined;

export interface GatedProduct {
  /** The input that is x, or x times a constant. */
  readonly direct: number;
  /** The nodes that the gate is made of. */
  readonly gate: ReadonlySet<Node>;
}

/** Activations that a file writes as a product of x and a gate that is made of x alone. */
export interface SelfGated {
  readonly products: ReadonlyMap<Node, GatedProduct>;
  /** The nodes of all gates. */
  readonly gates: ReadonlySet<Node>;
}

/** A gate of more nodes is none that an activation has. */
const LARGEST_GATE = 16;

/**
 * The products of a value and a gate that is an elementwise function of it: x·sigmoid(x) (SiLU), x·Φ(x) (GELU), x·tanh(softplus(x))
 * (Mish), x·clip(x + 3, 0, 6) (hard swish).
 */
export function selfGated(nodes: readonly Node[], initializers: Initializers): SelfGated {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const isConstant = (value: string): boolean => initializers.has(value) || makers.get(value)?.op === 'Constant';

  /** Whether elementwise operators alone make `value` out of `root` and constants; `found` gets their nodes. */
  function between(root: string, value: string, found: Set<Node>): boolean {
    if (value === root || isConstant(value)) return true;
    const maker = makers.get(value);
    if (!maker || !isElementwise(maker)) return false;
    if (found.has(maker)) return true;
    if (found.size >= LARGEST_GATE) return false;
    found.add(maker);
    return maker.inputs.every((input) => input === '' || between(root, input, found));
  }

  /** A value and, where it is another one times a constant, that one. */
  function unscaled(value: string): string[] {
    const maker = makers.get(value);
    if (maker?.op !== 'Mul' && maker?.op !== 'Div') return [value];
    const [scaled, other] = maker.inputs.filter((input) => !isConstant(input));
    return scaled !== undefined && other === undefined ? [value, scaled] : [value];
  }

  const products = new Map<Node, GatedProduct>();
  const gates = new Set<Node>();
  for (const node of nodes) {
    if (node.op !== 'Mul') continue;
    for (const direct of [0, 1]) {
      const [x, gate] = [node.inputs[direct] as string, node.inputs[1 - direct] as string];
      const made = unscaled(x)
        .filter((root) => !isConstant(root) && root !== gate)
        .map((root) => {
          const inside = new Set<Node>();
          return between(root, gate, inside) ? inside : new Set<Node>();
        })
        .find((inside) => inside.size > 0);
      if (!made) continue;
      products.set(node, { direct, gate: made });
      for (const inside of made) gates.add(inside);
      break;
    }
  }
  for (const gate of gates) products.delete(gate);
  return { products, gates };
}

const isElementwise = (node: Node): boolean =>
  Object.hasOwn(activationRules, nodeKey(node)) || Object.hasOwn(elementwiseRules, nodeKey(node));
