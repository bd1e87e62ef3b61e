/** A half-open range of an axis; without an end, up to the axis's own. */
export interface AxisRange {
  readonly from: number;
  readonly to: number | undefined;
}

/**
 * An index or a range as NumPy writes them, without spaces: "4", "10:20", "10:", ":20", ":".
 * @returns undefined where the text is neither; whether the axis has the range is not looked at
 */
export function parseRange(text: string): AxisRange | undefined {
  const [, index, from, to] = /^(?:(\d+)|(\d*):(\d*))$/.exec(text) ?? [];
  if (index !== undefined) return { from: Number(index), to: Number(index) + 1 };
  return from === undefined ? undefined : { from: Number(from), to: to ? Number(to) : undefined };
}
