import type { AttributeInput, Attributes, Node, ValueInfo } from '../../../graph/graph.ts';
import type { InspectumError } from '../../../tensor/errors.ts';

export type AttributeTable = Readonly<Record<string, AttributeInput | undefined>>;

/** What a row sees of the graph around the node that it rewrites, and how it adds to it. */
export interface Site {
  /** dtype and shape of a value, as far as they can be told. */
  info(value: string): ValueInfo;
  /** The elements of a small numeric constant; undefined where the value is none. */
  numbers(value: string): readonly number[] | undefined;
  /** Whether anything reads the value. */
  isRead(value: string): boolean;
  /** A value's name that nothing else has. */
  fresh(hint: string): string;
  /** A new int64 vector. */
  ints(hint: string, values: readonly number[]): string;
  /** A new int64 scalar. */
  int(hint: string, value: number): string;
  /** A new float32 tensor. */
  floats(hint: string, dims: readonly number[], values: readonly number[]): string;
  /** New constants in the dtype of another value (by a CastLike where that cannot be told). */
  like(model: string, hint: string, dims: readonly number[], values: readonly number[]): string;
  /** Adds a node before the one that the row returns; gives the name of its output. `part` is what the node is called. */
  op(op: string, inputs: readonly string[], attributes?: AttributeTable, part?: string): string;
  /** The same with several outputs. */
  ops(op: string, inputs: readonly string[], count: number, attributes?: AttributeTable, part?: string): readonly string[];
  /** Adds a node as it is, before the one that the row returns. */
  add(node: Node): void;
  /** A node that a row cannot express in the graph's opset. `reason` says what is in the way. */
  unsupported(reason: string): InspectumError;
}

/**
 * An operator's change in one opset. Up to the graph's opset, a row turns a node of the opset before into nodes of `since`; beyond,
 * a node of `since` into nodes of the opset before. What it adds or returns goes through the later rows as well.
 */
export interface Row {
  readonly op: string;
  readonly since: number;
  /**
   * @returns the node that makes the given node's outputs
   * @throws InspectumError 'unsupported' where there is no such form
   */
  readonly apply: (node: Node, site: Site) => Node;
}

export type Apply = Row['apply'];

/** One row for each of several operators. */
export const forEach = (ops: string, since: number, apply: Apply): Row[] => ops.split(' ').map((op) => ({ op, since, apply }));

export function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** The node without some attributes. */
export const stripped = (node: Node, ...names: readonly string[]): Node => ({ ...node, attributes: without(node.attributes, ...names) });

/** Inputs with one more at a place; places between are omitted inputs. */
export function withInput(inputs: readonly string[], at: number, value: string): string[] {
  const result = [...inputs];
  while (result.length < at) result.push('');
  result[at] = value;
  return result;
}

/** Inputs without omitted ones at the end. */
export function trimmed(inputs: readonly string[]): string[] {
  const result = [...inputs];
  while (result.at(-1) === '') result.pop();
  return result;
}
