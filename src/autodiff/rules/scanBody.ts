import { type GraphBuilder, valuesRead } from '../../graph/builder.ts';
import { intAttribute, intsAttribute, type Node, type Port, type ValueInfo } from '../../graph/graph.ts';
import { isRandom } from '../../graph/randomness.ts';
import { isFloat } from '../../tensor/dtype.ts';
import { reachedFrom } from '../differentiate.ts';
import type { RuleContext } from '../rule.ts';
import { axisFromFront } from './shapes.ts';
import { insideOf } from './subgraph.ts';

/** A Scan's body. */
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

export function scanBody(context: RuleContext): Body {
  const { node, builder } = context;
  const states = node.inputs.length - intAttribute(node, 'num_scan_inputs', 0);
  const axes = intsAttribute(node, 'scan_input_axes', []);
  const { graph, inner, captured } = insideOf(context, 'body', (port, i) =>
    inputInfo(port, builder.values.get(node.inputs[i] as string) ?? {}, i < states ? undefined : (axes[i - states] ?? 0)),
  );
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
