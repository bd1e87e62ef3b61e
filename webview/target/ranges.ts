import { parseRange } from '../../src/tensor/ranges.ts';

type Range = readonly [from: number, to: number];

/** A range of an axis as NumPy writes it: ":", "4", "10:20", "10:", ":20". */
export function formatRange([from, to]: Range, size: number): string {
  if (from === 0 && to === size) return ':';
  if (to === from + 1) return String(from);
  return `${from === 0 ? '' : from}:${to === size ? '' : to}`;
}

/** @returns undefined where it is no range of an axis of this size, or an empty one */
export function rangeWithin(text: string, size: number): Range | undefined {
  const range = parseRange(text.trim().replace(/\s*:\s*/, ':'));
  if (!range) return undefined;
  const { from, to = size } = range;
  return from < to && to <= size ? [from, to] : undefined;
}
