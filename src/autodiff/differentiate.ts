import { type GraphBuilder, valuesRead } from '../graph/builder.ts';
import { intAttribute, type Node, nodeKey } from '../graph/graph.ts';
import { readInitializer } from '../graph/weights.ts';
import { type DType, dtypeFromCode, isFloat } from '../tensor/dtype.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Shape } from '../tensor/shape.ts';
import { type Tensor, toNumbers } from '../tensor/tensor.ts';
import { describeNode, noGradient, type Rule, type RuleContext, type RuleSet } from './rule.ts';

export interface DifferentiateRequest {
  /** The incoming gradient of each value that is explained: value → name of a value of the same shape. */
  readonly seeds: ReadonlyMap<string, string>;
  /** Values whose gradients are wanted. */
  readonly wrt: readonly string[];
  readonly rules: RuleSet;
  /** The nodes of the builder to go back through; default: all. */
  readonly nodes?: readonly Node[];
  /**
   * Called instead of throwing where an operator has no gradient: everything that leads into it is left out of the result, also
   * where other paths lead around it, since a part of a gradient is none.
   */
  readonly onRefusal?: (error: InspectumError) => void;
}

/**
 * Reverse-mode automatic differentiation: appends to `builder` the nodes that compute the vector-Jacobian product of the
 * seeded values with respect to each value of `wrt`. Only nodes on a path between the two are visited.
 *
 * @returns value → name of its gradient (of the value's shape); a value without a path to a seed is missing
 * @throws InspectumError 'unsupported' naming operator, node and module where a node on the path has no rule
 */
export function differentiate(builder: GraphBuilder, request: DifferentiateRequest): Map<string, string> {
  const { seeds, wrt, rules, onRefusal } = request;
  const forward = [...(request.nodes ?? builder.nodes)];
  const onPath = reachedFrom(builder, forward, wrt, rules);
  const parts = new Map<string, string[]>([...seeds].map(([value, seed]) => [value, [seed]]));
  const totals = new Map<string, string>();
  const refused = new Set<string>();

  const total = (value: string): string | undefined => {
    const known = totals.get(value);
    if (known !== undefined) return known;
    const summands = parts.get(value);
    if (!summands) return undefined;
    const sum = summands.length === 1 ? (summands[0] as string) : builder.op('Sum', summands);
    totals.set(value, sum);
    return sum;
  };

  const addGradient = (value: string, gradient: string): void => {
    const list = parts.get(value);
    if (list) list.push(gradient);
    else parts.set(value, [gradient]);
  };

  const refuse = (node: Node): void => {
    for (const name of valuesRead(node)) if (onPath.has(name)) refused.add(name);
  };

  for (const node of forward.reverse()) {
    if (!node.inputs.some((name) => onPath.has(name)) && !valuesRead(node).some((name) => onPath.has(name))) continue;
    if (node.outputs.some((name) => refused.has(name))) {
      refuse(node);
      continue;
    }
    const gradients = node.outputs.map((name) => (name ? total(name) : undefined));
    if (gradients.every((g) => g === undefined)) continue;
    let results: ReturnType<Rule>;
    try {
      const rule = ruleOf(node, rules);
      if (!rule) throw noRule(node);
      results = rule(new NodeContext(node, builder, gradients, { wanted: onPath, addGradient, rules }));
    } catch (error) {
      if (!onRefusal || !(error instanceof InspectumError) || error.kind !== 'unsupported') throw error;
      onRefusal(error);
      refuse(node);
      continue;
    }
    node.inputs.forEach((name, i) => {
      const gradient = results[i];
      if (gradient !== undefined && onPath.has(name)) addGradient(name, gradient);
    });
  }

  const result = new Map<string, string>();
  for (const value of wrt) {
    const gradient = refused.has(value) ? undefined : total(value);
    if (gradient !== undefined) result.set(value, gradient);
  }
  return result;
}

function ruleOf(node: Node, rules: RuleSet): Rule | undefined {
  const key = nodeKey(node);
  return Object.hasOwn(rules, key) ? rules[key] : undefined;
}

/** The values that depend on `values` by a way, through some nodes of the builder, that a gradient can take back. */
export function reachedFrom(builder: GraphBuilder, nodes: readonly Node[], values: readonly string[], rules: RuleSet): ReadonlySet<string> {
  const reached = new Set(values);
  for (const node of nodes)
    if (!endsPath(builder, node, rules) && valuesRead(node).some((name) => reached.has(name)))
      for (const output of node.outputs) if (output) reached.add(output);
  return reached;
}

/** The nodes at which ways from `reached` end for a gradient. */
export const pathEnds = (builder: GraphBuilder, nodes: readonly Node[], reached: ReadonlySet<string>, rules: RuleSet): Node[] =>
  nodes.filter((node) => endsPath(builder, node, rules) && valuesRead(node).some((name) => reached.has(name)));

/** Shapes, indices, comparisons and rounded values: what is computed from them is constant as far as gradients go. */
function endsPath(builder: GraphBuilder, node: Node, rules: RuleSet): boolean {
  const key = nodeKey(node);
  if (ruleOf(node, rules) === noGradient) return true;
  const to =
    key === 'Cast'
      ? dtypeFromCode(intAttribute(node, 'to', 0))
      : key === 'CastLike'
        ? builder.values.get(node.outputs[0] as string)?.dtype
        : undefined;
  return to !== undefined && !isFloat(to);
}

function noRule(node: Node): InspectumError {
  return new InspectumError(
    'unsupported',
    `No gradient is known for the operator ${describeNode(node)}, which stands on the way to the explained output. ` +
      'Layers after it can be explained; what is before it by methods that only run the model forward, as FeatureAblation and Occlusion. ' +
      'Predictions and activations of every layer still work.',
  );
}

class NodeContext implements RuleContext {
  readonly node: Node;
  readonly builder: GraphBuilder;
  readonly rules: RuleSet;
  readonly addGradient: RuleContext['addGradient'];
  readonly #gradients: readonly (string | undefined)[];
  readonly #wanted: ReadonlySet<string>;

  constructor(
    node: Node,
    builder: GraphBuilder,
    gradients: readonly (string | undefined)[],
    { wanted, addGradient, rules }: Pick<RuleContext, 'addGradient' | 'rules'> & { readonly wanted: ReadonlySet<string> },
  ) {
    this.node = node;
    this.builder = builder;
    this.rules = rules;
    this.addGradient = addGradient;
    this.#gradients = gradients;
    this.#wanted = wanted;
  }

  gradient(k = 0): string | undefined {
    return this.#gradients[k];
  }

  get dy(): string {
    const dy = this.#gradients[0];
    if (dy === undefined)
      throw new InspectumError(
        'unsupported',
        `${describeNode(this.node)}: only its first output can be differentiated, but another one leads to the target.`,
      );
    return dy;
  }

  x(i = 0): string {
    const name = this.node.inputs[i];
    if (!name) throw new InspectumError('corrupt', `${describeNode(this.node)}: input ${i} is missing.`);
    return name;
  }

  needs(i: number): boolean {
    const name = this.node.inputs[i];
    return name !== undefined && name !== '' && this.wants(name);
  }

  wants(value: string): boolean {
    return this.#wanted.has(value);
  }

  shape(value: string): Shape {
    const shape = this.builder.values.get(value)?.shape ?? this.builder.initializers.get(value)?.dims;
    if (!shape)
      throw new InspectumError(
        'unsupported',
        `${describeNode(this.node)}: the shape of ${value} is not known before the model runs, and its gradient needs it.`,
      );
    return shape;
  }

  staticShape(value: string, from = 0): readonly number[] {
    const shape = this.shape(value).slice(from);
    if (shape.some((d) => typeof d !== 'number'))
      throw new InspectumError(
        'unsupported',
        `${describeNode(this.node)}: the shape ${shape.join('×')} of ${value} depends on the input; its gradient needs numbers.`,
      );
    return shape as number[];
  }

  dtype(value: string): DType {
    return this.builder.values.get(value)?.dtype ?? this.builder.initializers.get(value)?.dtype ?? 'float32';
  }

  constant(value: string): Tensor | undefined {
    const initializer = this.builder.initializers.get(value);
    return initializer && readInitializer(initializer);
  }

  integers(inputIndex: number): readonly number[] | undefined {
    const name = this.node.inputs[inputIndex];
    const value = name ? this.constant(name) : undefined;
    return value && Array.from(toNumbers(value));
  }
}
