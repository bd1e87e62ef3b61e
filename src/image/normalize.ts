/** Captum's VisualizeSign: which of the values are shown. */
export type Sign = 'all' | 'positive' | 'negative' | 'absolute_value';

/** How a map's values become 0 to 1 (for sign 'all' −1 to 1): the value under the sign, over the scale, clipped. */
export interface Normalization {
  readonly sign: Sign;
  /** What the end of the colour scale stands for; 0 where there is nothing of this sign to show, and then everything becomes 0. */
  readonly scale: number;
}

/** A value as a sign shows it: its size, for 'all' the value itself; 0 where the sign does not show it. */
function underSign(value: number, sign: Sign): number {
  switch (sign) {
    case 'all':
      return value;
    case 'positive':
      return value > 0 ? value : 0;
    case 'negative':
      return value < 0 ? -value : 0;
    case 'absolute_value':
      return Math.abs(value);
  }
}

/**
 * The normalisation of captum's visualize_image_attr: the scale is the smallest value at which the cumulative sum of the sorted sizes
 * reaches (100 − outlierPercent)% of their total. Values that are not finite are left out of it.
 * @param values a map, summed over channels
 * @param outlierPercent 0 to 100; Captum's default is 2
 * @throws RangeError for an outlierPercent outside of 0 to 100
 */
export function captumNormalization(values: Float32Array, sign: Sign, outlierPercent: number): Normalization {
  if (!(outlierPercent >= 0 && outlierPercent <= 100))
    throw new RangeError(`the percentage of outliers is ${outlierPercent}, not 0 to 100`);
  const sizes = new Float32Array(values.length);
  let [total, largest] = [0, 0];
  for (let i = 0; i < sizes.length; i++) {
    const size = Math.abs(underSign(values[i] as number, sign));
    if (!Number.isFinite(size)) continue;
    sizes[i] = size;
    total += size;
    if (size > largest) largest = size;
  }
  // without outliers the sum is reached with the largest: nothing needs to be sorted
  if (total === 0 || outlierPercent === 0) return { sign, scale: largest };
  sizes.sort();
  const reached = total * 0.01 * (100 - outlierPercent);
  let sum = 0;
  let at = 0;
  for (; at < sizes.length - 1; at++) {
    sum += sizes[at] as number;
    if (sum >= reached) break;
  }
  // With outlierPercent 100 the threshold is the smallest value, which may be 0: the smallest that is not stands in.
  while (sizes[at] === 0) at++;
  return { sign, scale: sizes[at] as number };
}

/** One value, normalised: 0 to 1, for sign 'all' −1 to 1; 0 for NaN. */
export function normalizeValue(value: number, { sign, scale }: Normalization): number {
  if (scale === 0) return 0;
  const v = underSign(value, sign) / scale;
  const low = sign === 'all' ? -1 : 0;
  return v >= 1 ? 1 : v > low ? v : v <= low ? low : 0;
}

/** A whole map, normalised (captum's _normalize_attr, where the normalisation is captumNormalization's). */
export const normalizeValues = (values: Float32Array, normalization: Normalization): Float32Array =>
  values.map((value) => normalizeValue(value, normalization));
