import { scoresOf } from '../../app/attribute.ts';
import type { Model } from '../../app/model.ts';
import { readInputs } from '../../app/readInput.ts';
import { describeScale, scaleOf, topClasses } from '../../app/scores.ts';

/** `inspectum predict MODEL --input FILE [--top 5] [--output NAME] [--json]` */
export async function predict(
  model: Model,
  options: { inputs: readonly string[]; top: number; output: string | undefined; json: boolean },
): Promise<string> {
  const output = model.explained(options.output);
  const { feeds } = await readInputs(model, options.inputs);
  const scores = (await scoresOf(model, output, feeds)).data as Float32Array;
  const scale = scaleOf(model.graph, output, model.configuration.output);
  const top = topClasses(scores, scale, model.configuration.labels, options.top);
  if (options.json)
    return JSON.stringify({ input: options.inputs.length === 1 ? options.inputs[0] : options.inputs, output: Array.from(scores), top });
  const rows = top.map(
    (c) =>
      `${(c.probability * 100).toFixed(1).padStart(6)}%  ${String(c.index).padStart(5)}  ${c.label ?? ''}  (${c.score.toPrecision(5)})`,
  );
  return [`${output}: ${describeScale(scale, scores.length)}`, ...rows].join('\n');
}
