import { plainlyTreated } from '../../autodiff/rules/deepLift/incomplete.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { cutGraph } from '../evaluation/cut.ts';
import type { Subject } from '../evaluation/subject.ts';

/**
 * Σ attributions − (F(input) − F(baseline)), per example.
 * @returns undefined where the values have not one row per example
 */
export function convergenceDelta(
  attributions: readonly Tensor<'float32'>[],
  scores: Float64Array,
  baselineScores: Float64Array,
): number[] | undefined {
  if (attributions.some(({ dims }) => dims[0] !== scores.length) && scores.length > 1) return undefined;
  return Array.from(scores, (score, example) => {
    let sum = 0;
    for (const { data } of attributions) {
      const size = data.length / scores.length;
      for (let i = example * size; i < (example + 1) * size; i++) sum += data[i] as number;
    }
    return sum - (score - (baselineScores[example] as number));
  });
}

/** A part of the difference that is missing and is no rounding. */
const NOTABLE = 1e-3;
/** Rounding, as a part of the scores themselves. */
const ROUNDING = 1e-5;

/**
 * Why DeepLift's attributions do not sum up to the difference of what is explained, in sentences; none where they do.
 * @param values that are attributed to
 */
export function incompleteRemarks(
  { graph, output, attributed }: Subject,
  values: readonly string[],
  delta: readonly number[],
  { from, to }: { readonly from: Float64Array; readonly to: Float64Array },
  all: boolean,
): string[] {
  const isNotable = (missing: number, i: number): boolean => {
    const [score, baseline] = [to[i] as number, from[i] as number];
    return Math.abs(missing) > NOTABLE * Math.abs(score - baseline) + ROUNDING * (Math.abs(score) + Math.abs(baseline));
  };
  const example = delta.findIndex(isNotable);
  if (example < 0) return [];
  const number = (value: number): string => String(Number(value.toPrecision(3)));
  const difference = (to[example] as number) - (from[example] as number);
  const which = delta.length > 1 ? ` of example ${example}` : '';
  const sentences = [
    `The attributions${which} sum up to ${number(difference + (delta[example] as number))}, but what is explained differs by ${number(difference)} from what it is at the baseline.`,
  ];
  const plain = plainlyTreated(graph, values, output, all);
  if (plain.length > 0) {
    const list = plain.map(({ kind, count }) => `${count} ${kind}`).join(', ');
    sentences.push(`Operators that are treated by their plain gradient lose a part of the difference: ${list}.`);
  }
  if (plain.some(({ curable }) => curable)) sentences.push('Set rescale_all to true to have rules for them.');
  if (isBypassed(graph, values, output, attributed))
    sentences.push('Ways lead around the layer from the input to the output: what goes there is not in its attributions.');
  return sentences;
}

/** Whether an attributed input reaches the output without passing the values. */
function isBypassed(graph: Subject['graph'], values: readonly string[], output: string, attributed: readonly string[]): boolean {
  if (values.every((name) => attributed.includes(name))) return false;
  return cutGraph(graph, values, output).inputs.some(({ name }) => attributed.includes(name) && !values.includes(name));
}
