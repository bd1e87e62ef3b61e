import { readInputs } from '../../app/input/readInput.ts';
import { scoresOf } from '../../app/methods/attribute.ts';
import type { Model } from '../../app/model.ts';
import { scaleOf } from '../../app/target/explainedValue.ts';
import { describeScale, scoresWith, topClasses } from '../../app/target/scores.ts';
import { classRow } from '../table.ts';
import { conventionWords, labellingWords } from '../words.ts';

/** `inspectum predict MODEL --input FILE [--top 5] [--output NAME] [--json]`: all scores, and the best classes of the first example. */
export async function predict(
  opened: Model,
  options: { inputs: readonly string[]; top: number; output: string | undefined; json: boolean },
): Promise<string> {
  const output = opened.explained(options.output);
  const { model, feeds, image } = await readInputs(opened, options.inputs);
  const { data, dims } = await scoresOf(model, output, feeds);
  const examples = dims[0] ?? 1;
  const scores = data.subarray(0, data.length / examples);
  const scale = scaleOf(model.graph, output, model.configuration.output);
  const top = topClasses(scoresWith(scores, scale, model.labels), options.top);
  const { input: convention, labelling } = model.summary;
  if (options.json)
    return JSON.stringify({
      input: options.inputs.length === 1 ? options.inputs[0] : options.inputs,
      output: Array.from(data),
      top: top.map(({ text, ...score }) => score),
      ...(image && { convention }),
      ...(image?.truth && { truth: image.truth }),
      ...(labelling && { labelling }),
    });
  const labels = labelling && (labelling.assumed || labelling.source === undefined) && labellingWords(labelling);
  const first = examples > 1 ? `, the first of ${examples} examples` : '';
  return [
    `${output}: ${describeScale(scale, scores.length)}${first}`,
    ...(image && convention?.guessed ? [`image: ${conventionWords(convention)}; "inspectum conventions" compares the usual ones`] : []),
    ...(labels ? [`labels: ${labels}`] : []),
    ...top.map(classRow),
  ].join('\n');
}
