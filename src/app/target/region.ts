import type { RegionTarget } from '../../protocol/target.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { parseRange } from '../../tensor/ranges.ts';
import { stridesOf } from '../../tensor/shape.ts';

type Ranges = RegionTarget['ranges'];

/**
 * A region with every range inside of the value.
 * @param region an end may be Infinity: up to the axis's own
 * @param dims of one example
 * @throws InspectumError 'usage' where a range is empty or out of bounds, or there are not as many as axes
 */
export function regionWithin(region: RegionTarget, dims: readonly number[], name: string): RegionTarget {
  const whole = `${name} has ${dims.length ? dims.join('×') : 'one value'} per example`;
  if (region.ranges.length !== dims.length)
    throw new InspectumError('usage', `The target has ${region.ranges.length} ranges, but ${whole}: it needs ${dims.length}.`);
  const ranges = region.ranges.map(([from, to], axis): readonly [number, number] => {
    const size = dims[axis] as number;
    const end = to === Number.POSITIVE_INFINITY ? size : to;
    if (!Number.isInteger(from) || !Number.isInteger(end) || from < 0 || end > size || from >= end)
      throw new InspectumError('usage', `The target's range ${from}:${end} of axis ${axis} is empty or out of bounds: ${whole}.`);
    return [from, end];
  });
  return { ...region, ranges };
}

/** Calls `visit` with the flat place of every element of a region, in C order. */
export function forEachIn(ranges: Ranges, dims: readonly number[], visit: (flat: number) => void): void {
  const strides = stridesOf(dims);
  const walk = (axis: number, base: number): void => {
    const range = ranges[axis];
    if (range) for (let i = range[0]; i < range[1]; i++) walk(axis + 1, base + i * (strides[axis] as number));
    else visit(base);
  };
  walk(0, 0);
}

/** The place of the highest element of a region in the flattened example. */
export function highestIn(ranges: Ranges, dims: readonly number[], values: ArrayLike<number>): number {
  let best = -1;
  forEachIn(ranges, dims, (flat) => {
    if (best < 0 || (values[flat] as number) > (values[best] as number)) best = flat;
  });
  return best;
}

export function sumOf(ranges: Ranges, dims: readonly number[], values: ArrayLike<number>): number {
  let sum = 0;
  forEachIn(ranges, dims, (flat) => {
    sum += values[flat] as number;
  });
  return sum;
}

/** "maximum of scores[:, 1]" as NumPy writes places; of a single element the place alone. */
export function describeRegion({ reduce, ranges }: RegionTarget, dims: readonly number[], name: string): string {
  const place = ranges.map(([from, to], axis) => {
    if (to - from === 1 && dims[axis] !== 1) return String(from);
    return from === 0 && to === dims[axis] ? ':' : `${from}:${to}`;
  });
  const where = place.every((part) => part === ':') ? name : `${name}[${place.join(', ')}]`;
  return ranges.every(([from, to]) => to - from === 1) ? where : `${reduce === 'sum' ? 'sum' : 'maximum'} of ${where}`;
}

/**
 * A region as `--target` has it: "sum:0,4:9,:" or "max:…", NumPy's ranges per axis of one example.
 * @returns undefined where the text is no region; a missing end is Infinity
 * @throws InspectumError 'usage' where a range cannot be read
 */
export function parseRegion(text: string): RegionTarget | undefined {
  const [, reduce, ranges] = /^(sum|max):(.*)$/.exec(text) ?? [];
  if (ranges === undefined) return undefined;
  return {
    kind: 'region',
    reduce: reduce as 'sum' | 'max',
    ranges: ranges.split(',').map((part) => rangeOfFlag(part.trim(), `--target ${text}`)),
  };
}

/**
 * NumPy's index or range of one axis: "2", "1:3", ":"; a missing end is Infinity.
 * @param flag the flag with its value, for the error
 * @throws InspectumError 'usage' where the text is neither
 */
export function rangeOfFlag(part: string, flag: string): readonly [number, number] {
  const range = parseRange(part);
  if (!range) throw new InspectumError('usage', `${flag}: ${JSON.stringify(part)} should be an index I or a range I:J, counted from 0.`);
  return [range.from, range.to ?? Number.POSITIVE_INFINITY];
}
