import path from 'node:path';
import { conventionOutcomes } from '../../app/input/conventionOutcomes.ts';
import { readInputs } from '../../app/input/readInput.ts';
import type { Model } from '../../app/model.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Status } from '../status.ts';
import { classRow } from '../table.ts';

const SHOWN = 3;

/** `inspectum conventions MODEL --input FILE [--json]`: the best classes of an image under every usual convention of preprocessing. */
export async function conventions(opened: Model, options: { inputs: readonly string[]; json: boolean }, status: Status): Promise<string> {
  const { model, feeds, image } = await readInputs(opened, options.inputs);
  if (!image)
    throw new InspectumError('usage', 'conventions: --input should be an image; a .npy file is fed as it is, whatever the convention.');
  const report = (fraction: number): void => status(`${Math.round(fraction * 100)}%`);
  const outcomes = await conventionOutcomes(model, path.resolve(image.name), feeds, { report });
  if (options.json) return JSON.stringify(outcomes);
  const lines = outcomes.flatMap(({ name, current, top, explained }) => [
    `${name}${current ? '  (in use)' : ''}`,
    ...top.slice(0, SHOWN).map(classRow),
    ...(explained ? [`  ${explained.text}: ${Number(explained.score.toPrecision(6))}`] : []),
  ]);
  return [`${model.output} of ${image.name}`, ...lines].join('\n');
}
