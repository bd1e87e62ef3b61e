import type { UnitContributions } from '../../protocol/model.ts';

/** Units that are sent to be shown; the rest are too small to see. */
const MAX_UNITS = 400;

/** The units of the strongest contributions, positive or negative; NaN counts as nothing. */
export const strongestUnits = (output: string, values: Float32Array, why: string): UnitContributions => ({
  output,
  units: Array.from(values, (value, index) => ({ index, value }))
    .sort((a, b) => (Math.abs(b.value) || 0) - (Math.abs(a.value) || 0))
    .slice(0, MAX_UNITS),
  count: values.length,
  why,
});
