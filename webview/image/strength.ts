import type { Sweep, SweptMap } from '../../src/protocol/model.ts';
import type { ViewSettings } from '../../src/protocol/panel.ts';

type Sign = ViewSettings['sign'];

/** What a layer's map amounts to under a sign. */
export type Strength =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unreachable'; readonly why: string }
  | { readonly kind: 'nothing'; readonly why: string }
  /** `relative`: its peak over the strongest layer's, 0 to 1. */
  | { readonly kind: 'some'; readonly peak: number; readonly relative: number };

/** The largest value that a sign shows: 0 where it shows nothing. NaN counts as nothing. */
export function peakOf({ data, reduced }: Pick<SweptMap, 'data' | 'reduced'>, sign: Sign): number {
  let { low, high } = reduced ?? { low: 0, high: 0 };
  for (const value of reduced ? [] : data) {
    if (value > high) high = value;
    else if (value < low) low = value;
  }
  if (sign === 'positive') return high;
  return sign === 'negative' ? -low : Math.max(high, -low);
}

/** How many values are NaN. */
export function notNumbersIn(values: Float32Array): number {
  let count = 0;
  for (const value of values) if (Number.isNaN(value)) count++;
  return count;
}

const NOTHING: Readonly<Record<Sign, string>> = {
  positive: 'Nothing at this layer counts towards what is explained',
  negative: 'Nothing at this layer counts against what is explained',
  all: 'The map of this layer is zero',
  absolute_value: 'The map of this layer is zero',
};

const NOT_NUMBERS = 'The map of this layer is not numbers (NaN)';
const UNREACHABLE = 'Nothing in the image at this layer reaches what is explained';

/** Every map's strength, relative to the strongest layer, so that noise in early layers does not look like evidence. */
export function strengthsOf(sweep: Sweep | undefined, sign: Sign): { of(output: string): Strength } {
  const lost = new Set(sweep?.maps.filter(({ data }) => notNumbersIn(data) > 0).map(({ output }) => output));
  const peaks = new Map(sweep?.maps.map((map) => [map.output, peakOf(map, sign)]));
  const strongest = Math.max(0, ...peaks.values());
  const unreachable = new Set(sweep?.unreachable);
  return {
    of(output) {
      const peak = peaks.get(output);
      if (peak === undefined) return unreachable.has(output) ? { kind: 'unreachable', why: UNREACHABLE } : { kind: 'unknown' };
      if (peak > 0) return { kind: 'some', peak, relative: peak / strongest };
      return { kind: 'nothing', why: lost.has(output) ? NOT_NUMBERS : NOTHING[sign] };
    },
  };
}
