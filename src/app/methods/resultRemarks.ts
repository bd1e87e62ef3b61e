import type { Feeds } from '../../attribution/evaluation/subject.ts';
import type { Place } from '../../attribution/evaluation/target.ts';
import type { AttributionPart } from '../../attribution/method.ts';
import type { ParameterValues } from '../../tensor/parameters.ts';

/** What an attribution was made from, for the reason. */
interface MadeFrom {
  readonly feeds: Feeds;
  /** What it was compared with, by input. */
  baselines(): ReadonlyMap<string, ArrayLike<number>>;
}

/** That an attribution holds NaN or infinite values, and where they come from; undefined where it holds none. */
export function notFiniteRemark(parts: readonly AttributionPart[], from: MadeFrom): string | undefined {
  const wrong = parts.reduce((sum, { tensor }) => sum + countNotFinite(tensor.data), 0);
  if (wrong === 0) return undefined;
  const all = parts.reduce((sum, { tensor }) => sum + tensor.data.length, 0);
  const input = Object.entries(from.feeds).find(([, { data }]) => data instanceof Float32Array && countNotFinite(data) > 0);
  const baseline = [...from.baselines()].find(([, values]) => countNotFinite(values) > 0);
  const reason = input
    ? `the input ${input[0]} holds such values`
    : baseline
      ? `the baseline of ${baseline[0]} holds such values`
      : 'numbers on the way became too large for float32, or were divided by 0';
  return `${wrong} of ${all} attributions are not finite (NaN or infinite), and mean nothing: ${reason}.`;
}

function countNotFinite(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) count++;
  return count;
}

/** That a map is 0 everywhere since only what is positive was kept. */
export function nothingPositiveRemark(parts: readonly AttributionPart[], parameters: ParameterValues): string | undefined {
  if (parameters.relu_attributions !== true || parts.some(({ tensor }) => tensor.data.some((value) => value !== 0))) return undefined;
  return 'Nothing in the map is positive, so that it is 0 everywhere: set relu_attributions to false to see it with its signs.';
}

/** That the examples of a batch have one target, which is the best of the first: said where nobody chose it. */
export const sharedTargetRemark = (target: Place, examples: number): string | undefined =>
  examples > 1
    ? `No target was given: all ${examples} examples are explained for ${[target].flat().join(',')}, the highest value of the first.`
    : undefined;
