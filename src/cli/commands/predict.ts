import { scoresOf } from '../../app/attribute.ts';
import { scaleOf } from '../../app/explainedValue.ts';
import type { Model } from '../../app/model.ts';
import { readInputs } from '../../app/readInput.ts';
import { describeScale, scoresWith, topClasses } from '../../app/scores.ts';

/** `inspectum predict MODEL --input FILE [--top 5] [--output NAME] [--json]`: all scores, and the best classes of the first example. */
export async function predict(
  model: Model,
  options: { inputs: readonly string[]; top: number; output: string | undefined; json: boolean },
): Promise<string> {
  const output = model.explained(options.output);
  const { feeds } = await readInputs(model, options.inputs);
  const { data, dims } = await scoresOf(model, output, feeds);
  const examples = dims[0] ?? 1;
  const scores = data.subarray(0, data.length / examples);
  const scale = scaleOf(model.graph, output, model.configuration.output);
  const top = topClasses(scoresWith(scores, scale, model.labels), options.top);
  if (options.json)
    return JSON.stringify({ input: options.inputs.length === 1 ? options.inputs[0] : options.inputs, output: Array.from(data), top });
  const rows = top.map(
    (c) =>
      `${(c.probability * 100).toFixed(1).padStart(6)}%  ${String(c.index).padStart(5)}  ${c.label ?? ''}  (${c.score.toPrecision(5)})`,
  );
  const first = examples > 1 ? `, the first of ${examples} examples` : '';
  return [`${output}: ${describeScale(scale, scores.length)}${first}`, ...rows].join('\n');
}
