/** A probability of 0 to 1 as "38.1%", and no false zero. */
export function formatPercent(probability: number): string {
  const percent = probability * 100;
  return percent === 0 || percent >= 0.1 ? `${percent.toFixed(1)}%` : '<0.1%';
}
