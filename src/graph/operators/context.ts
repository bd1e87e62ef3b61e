import type { DType } from '../../tensor/dtype.ts';
import type { Dim, Shape } from '../../tensor/shape.ts';
import type { Node, ValueInfo } from '../graph.ts';

/** The most elements of a value that inference keeps and folding writes. */
export const MAX_KNOWN_ELEMENTS = 1024;

/**
 * What is known of a small tensor's elements before anything runs: numbers, expressions in the graph's symbols, undefined where
 * neither is known. Booleans are 0 and 1.
 */
export interface PartialValue {
  readonly dims: readonly number[];
  readonly elements: readonly (Dim | undefined)[];
}

/** What an operator's row sees of one node. Shapes and values of omitted inputs are undefined, as unknown ones are. */
export interface InferContext {
  readonly node: Node;
  /** Whether input i is given. */
  has(i: number): boolean;
  dtype(i: number): DType | undefined;
  shape(i: number): Shape | undefined;
  /** Whether `value(i)` has a chance; reads no weight. */
  mayHaveValue(i: number): boolean;
  /** The elements of input i, as far as they are known; reads a small constant from its file. */
  value(i: number): PartialValue | undefined;
  /** The elements of input i in order, where each is known as a number or expression. */
  dims(i: number): readonly Dim[] | undefined;
  /** The elements of input i in order, where each is known as a number. */
  numbers(i: number): readonly number[] | undefined;
  int(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  float(name: string, fallback: number): number;
  floats(name: string): readonly number[] | undefined;
  string(name: string, fallback: string): string;
  /** A symbol that nothing else has: an extent that only running tells. */
  unknown(): Dim;
  /** The outputs of a graph attribute whose inputs are like these; undefined where the attribute is missing. */
  subgraph(attribute: string, inputs: readonly ValueInfo[]): readonly SubgraphOutput[] | undefined;
}

export interface SubgraphOutput extends ValueInfo {
  readonly elements?: PartialValue;
}

/**
 * Dtypes and shapes of a node's outputs, in order; what cannot be told is left undefined, missing entries are unknown.
 * @throws RangeError or TypeError where the inputs contradict the operator
 */
export type Infer = (context: InferContext) => readonly ValueInfo[];

/** The elements of an output, as far as the inputs' known elements (or shapes) tell. */
export type Evaluate = (context: InferContext, output: number) => PartialValue | undefined;

/** An operator in the table. */
export interface OperatorRow {
  readonly infer: Infer;
  readonly evaluate?: Evaluate;
}

/** ValueInfo without undefined fields. */
export function info(dtype: DType | undefined, shape: Shape | undefined): ValueInfo {
  return { ...(dtype && { dtype }), ...(shape && { shape }) };
}

/** A negative axis counts from the end. @throws RangeError outside −rank … rank−1 */
export function resolveAxis(axis: number, rank: number): number {
  if (!(axis >= -rank && axis < rank)) throw new RangeError(`axis ${axis} is outside a value of rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** An infer function with one output of input 0's dtype and a shape made from input 0's, where that is known. */
export const fromShape =
  (shape: (shape: Shape, context: InferContext) => Shape | undefined): Infer =>
  (context) => {
    const input = context.shape(0);
    return [info(context.dtype(0), input && shape(input, context))];
  };

/** One output like input 0. */
export const sameAsInput: Infer = (context) => [info(context.dtype(0), context.shape(0))];

/** A shape with one dim replaced. */
export const withDim = (shape: Shape, axis: number, dim: Dim): Shape => shape.map((d, i) => (i === axis ? dim : d));

/** Fresh symbols for a shape of which only the rank is known. */
export const unknownShape = (context: InferContext, rank: number): Shape => Array.from({ length: rank }, () => context.unknown());
