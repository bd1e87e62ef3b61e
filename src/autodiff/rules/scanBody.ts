import { capturedValues, type GraphBuilder, neededFor, valuesRead } from '../../graph/builder.ts';
import { type Graph, intAttribute, intsAttribute, type Node, type Port, type ValueInfo } from '../../graph/graph.ts';
import { inferAdded } from '../../graph/inferShapes.ts';
import { isRandom } from '../../graph/randomness.ts';
import { Renamer } from '../../graph/rename.ts';
import { isFloat } from '../../tensor/dtype.ts';
import { reachedFrom } from '../differentiate.ts';
import type { RuleContext } from '../rule.ts';
import { axisFromFront } from './shapes.ts';

/** A Scan's body, in which every name is one that the graph around it does not have, so that nodes can move out of it. */
export interface Body {
  readonly inner: GraphBuilder;
  /** The nodes of the body, before anything was added. */
  readonly nodes: readonly Node[];
  /** How many of the inputs, and of the outputs, are states; the others are elements of sequences. */
  readonly states: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly captured: readonly string[];
}

/** The body of the context's node, its values' dtypes and shapes inferred from what goes into it. */
export function scanBody({ node, builder }: RuleContext): Body {
  const attribute = node.attributes.body;
  if (attribute?.type !== 'graph') throw new TypeError(`node ${node.name} (${node.op}) has no body`);
  const graph = new Renamer((name) => builder.fresh(name)).subgraph(attribute.value);
  const inner = builder.subgraph(graph);
  const captured = [...new Set(capturedValues(graph))];
  for (const name of captured) {
    const [info, initializer] = [builder.values.get(name), builder.initializers.get(name)];
    if (info) inner.values.set(name, info);
    if (initializer) inner.initializers.set(name, initializer);
  }
  const states = node.inputs.length - intAttribute(node, 'num_scan_inputs', 0);
  const axes = intsAttribute(node, 'scan_input_axes', []);
  graph.inputs.forEach((port, i) => {
    const given = builder.values.get(node.inputs[i] as string) ?? {};
    inner.values.set(port.name, inputInfo(port, given, i < states ? undefined : (axes[i - states] ?? 0)));
  });
  for (const [name, info] of inferAdded(inner, graph.nodes)) inner.values.set(name, info);
  const names = (ports: readonly Port[]): string[] => ports.map((port) => port.name);
  return { inner, nodes: graph.nodes, states, inputs: names(graph.inputs), outputs: names(graph.outputs), captured };
}

/** What is known of a body's input; `axis` is the one along which it is cut out of a sequence. */
function inputInfo(port: Port, { dtype = port.dtype, shape }: ValueInfo, axis: number | undefined): ValueInfo {
  const given = shape && axis !== undefined ? shape.filter((_, i) => i !== axisFromFront(axis, shape.length)) : shape;
  const known = given ?? port.shape;
  return { ...(dtype && { dtype }), ...(known && { shape: known }) };
}

export interface Differentiable {
  /** States that depend on what the gradient is wanted of, by index. */
  readonly states: readonly number[];
  readonly slices: readonly number[];
  readonly captured: readonly string[];
  /** The three by name. */
  readonly values: readonly string[];
  readonly reached: ReadonlySet<string>;
}

/** What a body is differentiated with respect to. States depend on each other from step to step. */
export function differentiableInputs(context: RuleContext, { inner, nodes, states, inputs, outputs, captured }: Body): Differentiable {
  const wanted = captured.filter((name) => context.wants(name));
  const slices = inputs.flatMap((_, i) => (i >= states && context.needs(i) ? [i] : []));
  const isNumber = (name: string): boolean => isFloat(inner.values.get(name)?.dtype ?? 'float32');
  const indices = Array.from({ length: states }, (_, j) => j).filter((j) => isNumber(inputs[j] as string));
  let active = indices.filter((j) => context.needs(j));
  for (;;) {
    const values = [...[...active, ...slices].map((i) => inputs[i] as string), ...wanted];
    const reached = reachedFrom(inner, nodes, values, context.rules);
    const next = indices.filter((j) => active.includes(j) || reached.has(outputs[j] as string));
    if (next.length === active.length) return { states: active, slices, captured: wanted, values, reached };
    active = next;
  }
}

/** A body's nodes: those that are the same at every step, those that depend on its inputs, and those that depend on `seeds`. */
export function divided({ inner, inputs }: Body, seeds: readonly string[]): Record<'invariant' | 'forward' | 'backward', Node[]> {
  const [changing, incoming] = [new Set(inputs), new Set(seeds)];
  const parts: ReturnType<typeof divided> = { invariant: [], forward: [], backward: [] };
  for (const node of inner.nodes) {
    const reads = valuesRead(node);
    if (reads.some((name) => incoming.has(name))) {
      parts.backward.push(node);
      for (const name of node.outputs) incoming.add(name);
    } else if (isRandom(node) || reads.some((name) => changing.has(name))) {
      parts.forward.push(node);
      for (const name of node.outputs) changing.add(name);
    } else parts.invariant.push(node);
  }
  return parts;
}

/** A subgraph that gives out `outputs`; what is given out twice, or made elsewhere, takes an Identity. */
export function subgraphOf(inner: GraphBuilder, nodes: readonly Node[], inputs: readonly string[], outputs: readonly string[]): Graph {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const copies = inner.subgraph();
  const names = outputs.map((name) => {
    if (made.delete(name)) return name;
    const copy = inner.fresh(name);
    copies.alias(name, copy);
    return copy;
  });
  const port = (name: string, known = name): Port => ({ name, ...inner.values.get(known) });
  return {
    name: 'body',
    inputs: inputs.map((name) => port(name)),
    outputs: names.map((name, i) => port(name, outputs[i])),
    nodes: [...neededFor(nodes, outputs).nodes, ...copies.nodes],
    initializers: new Map(),
    values: new Map(),
    domains: new Map(),
  };
}
