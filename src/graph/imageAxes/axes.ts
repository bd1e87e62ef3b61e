/** A grid over the image, row by row, that begins after `skip` tokens of an axis; more tokens may follow it. */
export interface TokenAxis {
  readonly height: number;
  readonly width: number;
  readonly skip: number;
}

/** What an axis of a value is: the batch, the image's rows or columns (at any resolution), a sequence with a grid; null: none of it. */
export type Axis = 'batch' | 'row' | 'column' | TokenAxis | null;
export type Axes = readonly Axis[];

export const isTokens = (axis: Axis | undefined): axis is TokenAxis => typeof axis === 'object' && axis !== null;

export const noAxes = (rank: number): Axes => new Array<Axis>(rank).fill(null);

/** Of a sequence that is cut to [from, to): the grid, where it is whole. */
export function cutTokens({ height, width, skip }: TokenAxis, from: number, to: number): TokenAxis | null {
  return from <= skip && to >= skip + height * width ? { height, width, skip: skip - from } : null;
}

/** Whether the places of an axis from `from` to `to` are outside of its grid. */
export const isOutsideGrid = ({ height, width, skip }: TokenAxis, from: number, to: number): boolean =>
  to <= skip || from >= skip + height * width;
