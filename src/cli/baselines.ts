import { splitNamed } from '../app/input/readInput.ts';
import type { Model } from '../app/model.ts';
import type { BaselineSpec, BaselineText, BaselineTexts } from '../protocol/baselines.ts';
import { InspectumError } from '../tensor/errors.ts';

/**
 * `--baseline`, repeated: for the image or the first input, or each with its input in front, `NAME=…`.
 * @throws InspectumError 'usage' for an unknown input, and where only some are named
 */
export function baselineSpec({ graph }: Model, given: readonly BaselineText[]): BaselineSpec {
  const names = graph.inputs.map(({ name }) => name);
  const parts = given.map((text): { readonly name?: string; readonly file: BaselineText } =>
    typeof text === 'number' ? { file: text } : splitNamed(text, names, 'baseline'),
  );
  if (parts.every(({ name }) => name === undefined)) return oneOrAll(parts.map(({ file }) => file));
  const table = new Map<string, BaselineText[]>();
  for (const { name, file } of parts) {
    if (name === undefined)
      throw new InspectumError('usage', `--baseline ${file}: say for which input, as for the others: --baseline NAME=${file}.`);
    table.set(name, [...(table.get(name) ?? []), file]);
  }
  return Object.fromEntries([...table].map(([name, texts]) => [name, oneOrAll(texts)]));
}

const oneOrAll = (texts: readonly BaselineText[]): BaselineTexts => (texts.length === 1 ? (texts[0] as BaselineText) : texts);
