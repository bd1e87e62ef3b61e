import { int64s, sizeOf, tensor, toNumbers } from '../tensor/tensor.ts';
import { GraphBuilder } from './builder.ts';
import { intAttribute, type Node } from './graph.ts';
import { type Inference, inferShapes } from './inferShapes.ts';
import { MAX_KNOWN_ELEMENTS, resolveAxis } from './operators/context.ts';
import { readInitializer } from './weights.ts';

/**
 * The graph with the tensors that are taken out of sequences and optional values in place of what takes them, where it is known before
 * anything runs which ones these are: exporters write lists of tensors so. Nodes that make sequences stay; folding drops those that
 * nobody reads any more. Where there is nothing to resolve, the inference itself is returned.
 */
export function resolveSequences(inference: Inference, passes = MAX_PASSES): Inference {
  const { graph } = inference;
  if (passes === 0 || !graph.nodes.some((node) => rowOf(node)?.takes)) return inference;
  const resolving = new Resolving(inference);
  for (const node of graph.nodes) resolving.visit(node);
  if (resolving.resolved === 0) return inference;
  const { nodes, initializers } = resolving.builder;
  return resolveSequences(inferShapes({ ...graph, nodes, initializers }), passes - 1);
}

/** What is taken out of a sequence may be what another one is made of. */
const MAX_PASSES = 8;

class Resolving {
  readonly builder: GraphBuilder;
  resolved = 0;
  readonly #held = new Map<string, readonly string[]>();
  readonly #inference: Inference;

  constructor(inference: Inference) {
    this.#inference = inference;
    this.builder = new GraphBuilder(inference.graph);
    this.builder.nodes.length = 0;
  }

  visit(node: Node): void {
    const row = rowOf(node);
    const held = row?.holds?.(node, this);
    if (held) this.#held.set(node.outputs[0] as string, held);
    const taken = row?.takes?.(node, this);
    if (taken === undefined) {
      this.builder.nodes.push(node);
      return;
    }
    this.resolved++;
    this.builder.alias(taken, node.outputs[0] as string);
  }

  /** The tensors in a sequence, or in an optional value (one or none). */
  in(value: string | undefined): readonly string[] | undefined {
    return this.#held.get(value ?? '');
  }

  shape(value: string) {
    return this.#inference.graph.values.get(value)?.shape;
  }

  /** Whether a value is a tensor, and no sequence or optional value. */
  isTensor(value: string): boolean {
    return this.#inference.graph.values.get(value)?.dtype !== undefined;
  }

  numbers(value: string): readonly number[] | undefined {
    const elements = this.#inference.elements.get(value)?.elements;
    if (elements?.every((e) => typeof e === 'number')) return elements as readonly number[];
    const initializer = this.#inference.graph.initializers.get(value);
    return initializer && sizeOf(initializer.dims) <= MAX_KNOWN_ELEMENTS ? Array.from(toNumbers(readInitializer(initializer))) : undefined;
  }

  /** A position among `count`, the last one where none is given; undefined where it is computed, or outside. */
  position(value: string | undefined, count: number, fallback: number): number | undefined {
    if (!value) return fallback;
    const given = this.numbers(value)?.[0];
    if (given === undefined || given < -count || given > count) return undefined;
    return given < 0 ? given + count : given;
  }
}

interface Row {
  /** The tensors in the sequence or optional value that a node makes; undefined where they are not known. */
  readonly holds?: (node: Node, r: Resolving) => readonly string[] | undefined;
  /** The value that a node takes out; undefined where it is not known. */
  readonly takes?: (node: Node, r: Resolving) => string | undefined;
}

const rowOf = ({ op, domain }: Node): Row | undefined => (domain === '' && Object.hasOwn(ROWS, op) ? ROWS[op] : undefined);

const ROWS: Readonly<Record<string, Row>> = {
  SequenceEmpty: { holds: () => [] },
  SequenceConstruct: { holds: ({ inputs }) => inputs },
  SequenceInsert: { holds: inserted },
  SequenceErase: { holds: erased },
  SplitToSequence: { holds: split },
  Optional: { holds: ({ inputs: [value = ''] }, r) => (value === '' ? [] : r.isTensor(value) ? [value] : undefined) },
  Identity: { holds: ({ inputs }, r) => r.in(inputs[0]) },
  SequenceAt: { takes: at },
  SequenceLength: { takes: ({ inputs }, r) => lengthOf(r.in(inputs[0]), r) },
  ConcatFromSequence: { takes: concatenated },
  OptionalGetElement: { takes: ({ inputs: [value = ''] }, r) => (r.isTensor(value) ? value : r.in(value)?.[0]) },
  OptionalHasElement: { takes: ({ inputs: [value = ''] }, r) => has(value === '' ? [] : r.isTensor(value) ? [value] : r.in(value), r) },
};

function inserted({ inputs: [sequence, value = '', place] }: Node, r: Resolving): readonly string[] | undefined {
  const held = r.in(sequence);
  const at = held && r.position(place, held.length, held.length);
  return held && at !== undefined ? held.toSpliced(at, 0, value) : undefined;
}

function erased({ inputs: [sequence, place] }: Node, r: Resolving): readonly string[] | undefined {
  const held = r.in(sequence);
  const at = held && r.position(place, held.length, held.length - 1);
  return held && at !== undefined ? held.toSpliced(at, 1) : undefined;
}

function at({ inputs: [sequence, place] }: Node, r: Resolving): string | undefined {
  const held = r.in(sequence);
  const found = held && r.position(place, held.length, held.length);
  return found === undefined ? undefined : held?.[found];
}

const lengthOf = (held: readonly string[] | undefined, r: Resolving): string | undefined =>
  held && r.builder.constant(int64s([], [held.length]));

const has = (held: readonly string[] | undefined, r: Resolving): string | undefined =>
  held && r.builder.constant(tensor('bool', [], Uint8Array.of(held.length)));

function concatenated(node: Node, r: Resolving): string | undefined {
  const held = r.in(node.inputs[0]);
  if (!held?.length) return undefined;
  const axis = intAttribute(node, 'axis', 0);
  const { builder } = r;
  const parts = intAttribute(node, 'new_axis', 0) === 1 ? held.map((part) => builder.op('Unsqueeze', [part, builder.ints([axis])])) : held;
  return builder.op('Concat', parts, { axis });
}

/** The parts of a tensor, made by a Split; without lengths, each is one long, and may lose its axis. */
function split(node: Node, r: Resolving): readonly string[] | undefined {
  const [x = '', lengths = ''] = node.inputs;
  const shape = r.shape(x);
  if (!shape) return undefined;
  const axis = resolveAxis(intAttribute(node, 'axis', 0), shape.length);
  const extent = shape[axis];
  const given = lengths ? r.numbers(lengths) : [1];
  const isList = lengths !== '' && r.shape(lengths)?.length === 1;
  if (!given || (!isList && typeof extent !== 'number')) return undefined;
  const sizes = isList ? given : inSteps(extent as number, given[0] as number);
  if (sizes.length === 0 || sizes.length > MAX_KNOWN_ELEMENTS) return undefined;
  const { builder } = r;
  const parts = builder.ops('Split', [x, builder.ints(sizes)], sizes.length, { axis });
  if (lengths || intAttribute(node, 'keepdims', 1) === 1) return parts;
  return parts.map((part) => builder.op('Squeeze', [part, builder.ints([axis])]));
}

/** An extent in steps of one length, the last one as long as what is left. */
function inSteps(extent: number, length: number): readonly number[] {
  if (!(length > 0) || extent / length > MAX_KNOWN_ELEMENTS) return [];
  return Array.from({ length: Math.ceil(extent / length) }, (_, i) => Math.min(length, extent - i * length));
}
