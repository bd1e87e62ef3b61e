/**
 * One dimension: a number, or an expression in symbols ("batch", "2*batch", "floor(height/2)") where the file leaves it open.
 * Two equal strings are the same extent; two different ones may or may not be.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];

export const isStatic = (shape: Shape): shape is readonly number[] => shape.every((d) => typeof d === 'number');

/** "batch×3×224×224"; "scalar" for rank 0. */
export const formatShape = (shape: Shape): string => (shape.length ? shape.join('×') : 'scalar');

/** The product of dims; undefined when one is symbolic. */
export const sizeOfShape = (shape: Shape): number | undefined => (isStatic(shape) ? shape.reduce((n, d) => n * d, 1) : undefined);

/**
 * NumPy's broadcasting of two or more shapes. A symbolic dimension against a number other than 1 takes the number
 * (ONNX graphs are valid, so it can only be that number or 1).
 * Throws RangeError when two numbers disagree.
 */
export function broadcastShapes(...shapes: Shape[]): Dim[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const result: Dim[] = new Array(rank).fill(1);
  for (const shape of shapes)
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      const a = result[at] as Dim;
      const b = shape[i] as Dim;
      if (a === b || b === 1) continue;
      if (a === 1 || (typeof a === 'string' && typeof b === 'number')) result[at] = b;
      else if (typeof a === 'number' && typeof b === 'number')
        throw new RangeError(`shapes ${shapes.map((s) => `[${s.join(', ')}]`).join(' and ')} do not broadcast`);
    }
  return result;
}

/** Row-major strides in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length);
  let step = 1;
  for (let i = dims.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= dims[i] as number;
  }
  return strides;
}

/** NumPy's unravel_index: the indices of the element that stands at `flat` in C order. */
export function unravelIndex(flat: number, dims: readonly number[]): number[] {
  let rest = flat;
  return dims
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .toReversed();
}
