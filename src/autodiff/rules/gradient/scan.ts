import { neededFor } from '../../../graph/builder.ts';
import { attributesOf, type Graph, intsAttribute, type Node } from '../../../graph/graph.ts';
import { inferAdded } from '../../../graph/inferShapes.ts';
import { differentiate } from '../../differentiate.ts';
import type { Rule, RuleContext, RuleSet } from '../../rule.ts';
import { type Body, type Differentiable, differentiableInputs, divided, scanBody } from '../scanBody.ts';
import { zerosLike, zerosOf } from '../shapes.ts';
import { moveConstants, subgraphOf } from '../subgraph.ts';

/** How a sequence is walked or written: along which axis, and whether from its end. */
interface Walk {
  readonly axis: number;
  readonly direction: number;
}

/** A value of the graph that enters a body at `port`. */
interface Entry {
  readonly value: string;
  readonly port: string;
}

/** The same step by step. */
interface Sequence extends Entry {
  readonly walk: Walk;
}

/** What the way back is made of: what it carries, the gradients that arrive step by step, and what a step gives out. */
interface Backwards {
  readonly states: readonly Entry[];
  readonly arriving: readonly Sequence[];
  /** Inputs whose elements' gradients are given out. */
  readonly slices: readonly number[];
  readonly results: readonly string[];
}

const FORWARDS: Walk = { axis: 0, direction: 0 };
const reversed = ({ axis, direction }: Walk): Walk => ({ axis, direction: 1 - direction });

/**
 * Backpropagation through time. The body is differentiated once. What the gradient needs of the values inside comes out of the Scan
 * as further outputs, an element for each step; what is the same at every step is computed before it. A second Scan walks the other
 * way and carries the gradients of the states and, for values that the body captures, their sums.
 */
class ThroughTime {
  readonly #context: RuleContext;
  readonly #body: Body;
  readonly #wrt: Differentiable;
  readonly #inputs: readonly Walk[];
  readonly #outputs: readonly Walk[];
  /** Where gradients enter: body output → ports. */
  readonly #seeds = new Map<string, string[]>();

  constructor(context: RuleContext) {
    this.#context = context;
    this.#body = scanBody(context);
    this.#wrt = differentiableInputs(context, this.#body);
    this.#inputs = walksOf(context.node, 'input', this.#body.inputs.length - this.#body.states);
    this.#outputs = walksOf(context.node, 'output', this.#body.outputs.length - this.#body.states);
  }

  gradients(): (string | undefined)[] {
    const { node } = this.#context;
    const [carried, arriving] = [this.#ofStates(), this.#ofSteps()];
    const inside = this.#insideBody();
    const { sums, slices, results } = this.#leaving(inside, carried);
    const made = this.#backwards({ states: [...carried, ...sums], arriving, slices, results });
    sums.forEach(({ name }, k) => {
      this.#context.addGradient(name, made[carried.length + k] as string);
    });
    const ofSlices = made.slice(carried.length + sums.length);
    const byInput = new Map([...this.#wrt.states.map((j, k) => [j, made[k]] as const), ...slices.map((i, k) => [i, ofSlices[k]] as const)]);
    return node.inputs.map((_, i) => (this.#context.needs(i) ? byInput.get(i) : undefined));
  }

  /** What a step gives out on the way back: the gradients of the states, the sums for captured values, and for elements of sequences. */
  #leaving(inside: ReadonlyMap<string, string>, carried: readonly Entry[]) {
    const { inner, inputs } = this.#body;
    const sums = this.#wrt.captured.flatMap((name) => {
      const gradient = inside.get(name);
      return gradient ? [{ name, gradient, value: zerosLike(this.#context, name), port: this.#port('~sum', name) }] : [];
    });
    const slices = this.#wrt.slices.filter((i) => inside.has(inputs[i] as string));
    const results = [
      ...this.#wrt.states.map((j, k) => inside.get(inputs[j] as string) ?? zerosOf(inner, (carried[k] as Entry).port)),
      ...sums.map(({ port, gradient }) => inner.add(port, gradient)),
      ...slices.map((i) => inside.get(inputs[i] as string) as string),
    ];
    return { sums, slices, results };
  }

  /** The Scan that walks the other way. */
  #backwards({ states, arriving, slices, results }: Backwards): string[] {
    const { inner } = this.#body;
    for (const [name, info] of inferAdded(inner, inner.nodes)) inner.values.set(name, info);
    const parts = divided(
      this.#body,
      [...states, ...arriving].map(({ port }) => port),
    );
    const { values } = neededFor(parts.backward, results);
    const sequences = [...arriving, ...this.#again(values), ...this.#kept(parts, values)];
    const entries: readonly Entry[] = [...states, ...sequences];
    const body = subgraphOf(
      inner,
      parts.backward,
      entries.map(({ port }) => port),
      results,
    );
    const attributes = scanAttributes(
      body,
      sequences.map(({ walk }) => walk),
      slices.map((i) => reversed(this.#inputs[i - this.#body.states] as Walk)),
    );
    return this.#context.builder.ops(
      'Scan',
      entries.map(({ value }) => value),
      results.length,
      attributes,
    );
  }

  /** A body's input that has the form of a value inside. */
  #port(hint: string, like: string): string {
    const { inner } = this.#body;
    const port = inner.fresh(hint);
    inner.values.set(port, inner.values.get(like) ?? {});
    return port;
  }

  #seed(output: string, value: string): Entry {
    const port = this.#port('~gradient', output);
    this.#seeds.set(output, [...(this.#seeds.get(output) ?? []), port]);
    return { value, port };
  }

  /** The gradients of the states after the last step, which are carried backwards. */
  #ofStates(): Entry[] {
    const { outputs } = this.#body;
    return this.#wrt.states.map((j) =>
      this.#seed(outputs[j] as string, this.#context.gradient(j) ?? zerosLike(this.#context, this.#context.x(j))),
    );
  }

  /** The gradients of the sequences that the steps give out. */
  #ofSteps(): Sequence[] {
    const { states, outputs } = this.#body;
    return this.#outputs.flatMap((walk, k) => {
      const gradient = this.#context.gradient(states + k);
      const output = outputs[states + k] as string;
      return gradient && this.#wrt.reached.has(output) ? [{ ...this.#seed(output, gradient), walk: reversed(walk) }] : [];
    });
  }

  #insideBody(): Map<string, string> {
    const { inner, nodes } = this.#body;
    const seeds = [...this.#seeds].map(
      ([output, ports]) => [output, ports.length > 1 ? inner.op('Sum', ports) : (ports[0] as string)] as const,
    );
    return differentiate(inner, { seeds: new Map(seeds), wrt: this.#wrt.values, rules: this.#context.rules, nodes });
  }

  /** The sequences that the Scan walks, of which the way back needs the elements again. It needs one in any case. */
  #again(needed: ReadonlySet<string>): Sequence[] {
    const { states, inputs } = this.#body;
    const all = this.#inputs.map((walk, k) => ({
      value: this.#context.x(states + k),
      port: inputs[states + k] as string,
      walk: reversed(walk),
    }));
    const again = all.filter(({ port }) => needed.has(port));
    return again.length > 0 ? again : all.slice(0, 1);
  }

  /**
   * Has the Scan give out what is needed of the values inside, and what does not change from step to step computed before it.
   * @returns the values that are given out, from the last step to the first
   */
  #kept(parts: ReturnType<typeof divided>, needed: ReadonlySet<string>): Sequence[] {
    const { builder, node } = this.#context;
    const { inner, states, inputs, outputs } = this.#body;
    const inside = new Set([...inputs.slice(0, states), ...parts.forward.flatMap((n) => n.outputs)]);
    const kept = [...needed].filter((name) => inside.has(name));
    const all = [...outputs, ...kept];
    const body = subgraphOf(inner, parts.forward, inputs, all);
    const before = neededFor(parts.invariant, [...needed, ...neededFor(parts.forward, all).values]).nodes;
    const sequences = kept.map((port) => ({ value: builder.fresh(port), port, walk: reversed(FORWARDS) }));
    const given = outputs.map((_, k) => node.outputs[k] || builder.fresh(`~${node.name}:${k}`));
    builder.expand(node, () => {
      const attributes = scanAttributes(body, this.#inputs, [...this.#outputs, ...kept.map(() => FORWARDS)]);
      const names = [...given, ...sequences.map(({ value }) => value)];
      builder.nodes.push(...before, { ...node, outputs: names, attributes: attributesOf(attributes) });
    });
    for (const name of before.flatMap((n) => n.outputs)) builder.values.set(name, inner.values.get(name) ?? {});
    moveConstants(inner, builder);
    return sequences;
  }
}

const walksOf = (node: Node, kind: 'input' | 'output', count: number): Walk[] => {
  const axes = intsAttribute(node, `scan_${kind}_axes`, []);
  const directions = intsAttribute(node, `scan_${kind}_directions`, []);
  return Array.from({ length: count }, (_, k) => ({ axis: axes[k] ?? 0, direction: directions[k] ?? 0 }));
};

const scanAttributes = (body: Graph, inputs: readonly Walk[], outputs: readonly Walk[]) =>
  ({
    body: { type: 'graph', value: body },
    num_scan_inputs: inputs.length,
    scan_input_axes: inputs.map((walk) => walk.axis),
    scan_input_directions: inputs.map((walk) => walk.direction),
    scan_output_axes: outputs.map((walk) => walk.axis),
    scan_output_directions: outputs.map((walk) => walk.direction),
  }) as const;

const scan: Rule = (context) => new ThroughTime(context).gradients();

export const scanRules: RuleSet = { Scan: scan };
