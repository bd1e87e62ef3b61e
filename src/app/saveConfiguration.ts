import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Choices } from '../protocol/choices.ts';
import { InspectumError } from '../tensor/errors.ts';
import { record } from './configuration.ts';
import { readJson } from './textFile.ts';

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
  const names = choices.labels && (namesFile(choices.labels, path.dirname(file)) ?? labels);
  const after = { ...before, ...(choices.input && { input: { ...input, ...choices.input } }), ...(names && { labels: names }) };
  try {
    writeFileSync(file, `${JSON.stringify(after, null, 2)}\n`);
  } catch (cause) {
    throw new InspectumError('missing', `${file}: cannot be written (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
  return file;
}

/** The path of a chosen file of names, relative where it stands in the folder; undefined where the names are not that file's as they are. */
function namesFile(choice: NonNullable<Choices['labels']>, folder: string): string | undefined {
  if (!('file' in choice) || choice.offset !== undefined) return undefined;
  const relative = path.relative(folder, choice.file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? choice.file : relative.split(path.sep).join('/');
}
