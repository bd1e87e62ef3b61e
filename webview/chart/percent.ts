/** A probability of 0 to 1 as "38.1%", and no false zero; NaN as it is. */
export function formatPercent(probability: number): string {
  if (Number.isNaN(probability)) return 'NaN';
  const percent = probability * 100;
  return percent === 0 || percent >= 0.1 ? `${percent.toFixed(1)}%` : '<0.1%';
}
