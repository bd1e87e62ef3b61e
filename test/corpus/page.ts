import type { ModelSummary } from '../../src/protocol/model.ts';
import { CASES } from './cases.ts';
import type { Outcome } from './outcome.ts';

/** The chip that says which value is explained, in words. */
export const explainsOf = ({ explains }: ModelSummary): string =>
  explains.what === 'logits' ? `logits before ${explains.operator}` : explains.value;

/** What came of every case, by file: an outcome, or the words of a refusal. */
export type Outcomes = ReadonlyMap<string, Outcome | string>;

/** docs/models.md: the corpus with what the product makes of each model. */
export function pageOf(outcomes: Outcomes): string {
  const rows = CASES.map(({ file, what }) => `| \`${file}\` | ${what} | ${cells(outcomes.get(file)).join(' | ')} |`);
  return `# What real files do

Small models, each of which does one thing that files of real people do. \`test/fixtures/corpus/make.py\` writes them; every one goes through the
core, the command line and the panel in the tests, and this table is what came of it (\`npx vitest run test/corpus/core.test.ts -u\` rewrites
it). Classes and maps are those of a photo, or of an array where the model takes no image.

| File | What it does | What is explained | Maps | What is said |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function cells(outcome: Outcome | string | undefined): [string, string, string] {
  if (outcome === undefined) throw new Error('A case of the corpus has no outcome.');
  if (typeof outcome === 'string') return ['–', '–', text(outcome)];
  const { summary, sweep } = outcome;
  const convention = summary.input && `${summary.input.name}${summary.input.guessed ? ', guessed' : ''}`;
  const said = [
    ...(convention ? [`Input: ${convention}.`] : []),
    ...(summary.input && summary.input.sizeFrom !== 'model' ? [`Size ${summary.input.size.join('×')}: ${summary.input.sizeFrom}.`] : []),
    ...(summary.labelling?.source ? [`Names: ${summary.labelling.source}.`] : []),
    ...(summary.labelling?.offers.map((offer) => `Offered: ${offer.text}.`) ?? []),
    ...summary.notes,
  ];
  return [text(`${explainsOf(summary)}: ${sweep.target.text}`), String(sweep.maps.length), text(said.join(' '))];
}

/** Text in a table's cell, without paths of this machine. */
const text = (words: string): string => words.replaceAll(/\S*\/(?=[^/\s]+\.(?:onnx|ort|jpg)\b)/g, '').replaceAll('|', '\\|');
