import { type Dim, isStatic, type Shape, stridesOf } from '../../tensor/shape.ts';
import { sizeOf } from '../../tensor/tensor.ts';
import { broadcast } from './broadcast.ts';
import { type Evaluate, type InferContext, MAX_KNOWN_ELEMENTS, type PartialValue } from './context.ts';

type Element = Dim | undefined;

/** A static shape that is small enough for its elements to be kept. */
export const isSmall = (shape: Shape | undefined): shape is readonly number[] =>
  shape !== undefined && isStatic(shape) && sizeOf(shape) <= MAX_KNOWN_ELEMENTS;

export const vector = (elements: readonly Element[]): PartialValue => ({ dims: [elements.length], elements });
export const scalar = (element: Element): PartialValue => ({ dims: [], elements: [element] });

/** A value by a function of each element's index. */
export function build(dims: readonly number[], element: (index: readonly number[]) => Element): PartialValue | undefined {
  if (!isSmall(dims)) return undefined;
  const strides = stridesOf(dims);
  return {
    dims,
    elements: Array.from({ length: sizeOf(dims) }, (_, flat) =>
      element(dims.map((d, axis) => Math.floor(flat / (strides[axis] as number)) % d)),
    ),
  };
}

/** The element at an index; axes of extent 1 and missing leading axes broadcast. */
export function elementAt({ dims, elements }: PartialValue, index: readonly number[]): Element {
  const skip = index.length - dims.length;
  let flat = 0;
  for (let i = 0; i < dims.length; i++) {
    const d = dims[i] as number;
    flat = flat * d + (d === 1 ? 0 : (index[skip + i] as number));
  }
  return elements[flat];
}

/** The values of all given inputs, or undefined where one has none; asks cheaply first, so that no weight is read in vain. */
export function allValues(context: InferContext): PartialValue[] | undefined {
  const given = context.node.inputs.flatMap((name, i) => (name === '' ? [] : [i]));
  if (!given.every((i) => context.mayHaveValue(i))) return undefined;
  const values: PartialValue[] = [];
  for (const i of given) {
    const value = context.value(i);
    if (!value) return undefined;
    values.push(value);
  }
  return values;
}

/** Applies a function to the broadcast elements of all inputs. An element with an unknown operand is unknown. */
export const elementwise =
  (apply: (elements: readonly Dim[], context: InferContext) => Element): Evaluate =>
  (context) => {
    const values = allValues(context);
    if (!values) return undefined;
    const dims = broadcast(values.map((v) => v.dims)) as number[];
    return build(dims, (index) => {
      const elements = values.map((v) => elementAt(v, index));
      return elements.some((e) => e === undefined) ? undefined : attempt(() => apply(elements as Dim[], context));
    });
  };

/** undefined where an expression gets too long to be of use. */
function attempt(make: () => Element): Element {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Rearranges the elements of input 0: `source` gives for an output index the input index. */
export function rearranged(
  value: PartialValue,
  dims: readonly number[],
  source: (index: readonly number[]) => readonly number[],
): PartialValue | undefined {
  return build(dims, (index) => elementAt(value, source(index)));
}

/** The same elements in another shape. */
export function reshaped(value: PartialValue | undefined, shape: Shape | undefined): PartialValue | undefined {
  if (!value || !isSmall(shape) || sizeOf(shape) !== value.elements.length) return undefined;
  return { dims: shape, elements: value.elements };
}
