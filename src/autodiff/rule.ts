import type { GraphBuilder } from '../graph/builder.ts';
import { type Node, nodeKey } from '../graph/graph.ts';
import type { DType } from '../tensor/dtype.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** What a rule sees: one node of the forward graph and a builder to add backward nodes to. */
export interface RuleContext {
  readonly node: Node;
  readonly builder: GraphBuilder;
  /** Gradient with respect to output k, of that output's shape; undefined where none arrives. */
  gradient(k?: number): string | undefined;
  /** Gradient with respect to the first output. Throws where none arrives. */
  readonly dy: string;
  /** Name of input i; throws where the node has none. */
  x(i?: number): string;
  /** Whether input i is given and its gradient is wanted. */
  needs(i: number): boolean;
  /** Whether the gradient of a value is wanted: of one that a subgraph of the node captures. */
  wants(value: string): boolean;
  /** Adds to the gradient of a value that is no input of the node, but captured by a subgraph. */
  addGradient(value: string, gradient: string): void;
  /** The rules that are being followed, for what stands inside the node. */
  readonly rules: RuleSet;
  /** Shape of a value; throws InspectumError 'unsupported' (naming node and value) where inference could not tell. */
  shape(value: string): Shape;
  /** The same where every dimension of the value from `from` on must be a number. */
  staticShape(value: string, from?: number): readonly number[];
  dtype(value: string): DType;
  /** The value of a constant (initializer), read now: for axes, pads and the like, not for weights. */
  constant(value: string): Tensor | undefined;
  /** The same as integers; undefined where the value is not constant or the input is omitted. */
  integers(inputIndex: number): readonly number[] | undefined;
}

/**
 * The vector-Jacobian product of one operator: adds nodes that turn the gradient of the outputs into gradients of the
 * inputs, and returns one name per input; undefined where the input has no gradient or nobody asked (`needs`).
 * A rule never mutates the forward graph other than asking a node for a further output.
 */
export type Rule = (context: RuleContext) => readonly (string | undefined)[];

/**
 * The rule of an operator whose output is constant almost everywhere, or no floating-point number. The driver knows it: values
 * behind such an operator do not depend on the ones before it.
 */
export const noGradient: Rule = () => [];

/** Rules by operator; the key of an operator outside ONNX's own domain is `domain:op`. Overlays are spreads of it. */
export type RuleSet = Readonly<Record<string, Rule>>;

/** A node in words, for messages: operator, node and, where known, module. */
export const describeNode = (node: Node): string => `${nodeKey(node)} (node ${node.name}${node.module ? `, module ${node.module}` : ''})`;

/** The error of a rule that does not cover this use of its operator; `reason` completes the sentence "the node: ...". */
export const refusal = ({ node }: RuleContext, reason: string): InspectumError =>
  new InspectumError('unsupported', `No gradient is known for ${describeNode(node)}: ${reason}`);
