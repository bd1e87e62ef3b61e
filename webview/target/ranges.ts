type Range = readonly [from: number, to: number];

/** A range of an axis as NumPy writes it: ":", "4", "10:20", "10:", ":20". */
export function formatRange([from, to]: Range, size: number): string {
  if (from === 0 && to === size) return ':';
  if (to === from + 1) return String(from);
  return `${from === 0 ? '' : from}:${to === size ? '' : to}`;
}

/** @returns undefined where it is no range of an axis of this size, or an empty one */
export function parseRange(text: string, size: number): Range | undefined {
  const found = /^\s*(?:(\d+)|(\d*)\s*:\s*(\d*))\s*$/.exec(text);
  if (!found) return undefined;
  const [, index, start, end] = found;
  const range: Range = index !== undefined ? [Number(index), Number(index) + 1] : [Number(start || 0), end ? Number(end) : size];
  return range[0] < range[1] && range[1] <= size ? range : undefined;
}
