import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Choices, LabelsChoice } from '../../protocol/choices.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { readJson } from '../files/textFile.ts';
import { IMAGENET, imagenetNames } from '../labels/imagenet.ts';
import { record } from './json.ts';

/**
 * Writes what a person has chosen into the inspectum.json beside a model; what else stands there is kept.
 * @param labels the names in use, written where the choice is no file
 * @returns the file's absolute path
 * @throws InspectumError 'corrupt' or 'usage' where the file is not a JSON object, 'missing' where it cannot be written
 */
export function saveConfiguration(modelPath: string, choices: Choices, labels: readonly string[] | undefined): string {
  const file = path.join(path.dirname(modelPath), 'inspectum.json');
  const before = existsSync(file) ? record(readJson(file), file) : {};
  const input = record(before.input ?? {}, `${file}: "input"`);
  const names = choices.labels && (namesIn(choices.labels, path.dirname(file), labels) ?? labels);
  const after = { ...before, ...(choices.input && { input: { ...input, ...choices.input } }), ...(names && { labels: names }) };
  try {
    writeFileSync(file, `${formatted(after)}\n`);
  } catch (cause) {
    throw new InspectumError('missing', `${file}: cannot be written (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
  return file;
}

/** How a choice of names is written in short: a path, or the name of the names; undefined where they have to be written out. */
function namesIn(choice: LabelsChoice, folder: string, labels: readonly string[] | undefined): string | undefined {
  if ('assumed' in choice) return labels?.length === imagenetNames().length ? IMAGENET : undefined;
  if (!('file' in choice) || choice.offset !== undefined) return undefined;
  const relative = path.relative(folder, choice.file);
  // A file elsewhere may be one that was dropped, which is not kept for ever.
  return relative.startsWith('..') || path.isAbsolute(relative) ? undefined : relative.split(path.sep).join('/');
}

/** As a person writes it: lists of numbers on one line. */
const formatted = (json: object): string =>
  JSON.stringify(json, null, 2).replace(/\[\n[\s\d.,eE+-]+\]/g, (list) => JSON.stringify(JSON.parse(list)).replaceAll(',', ', '));
