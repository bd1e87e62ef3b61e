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
