import { existsSync } from 'node:fs';
import path from 'node:path';
import { InspectumError } from '../tensor/errors.ts';
import { readJson, readText } from './textFile.ts';

const MAX_CLASSES = 1e6;

/**
 * Class names by index from what a configuration says: a list; index → name; index → [id, name]; or the path of a text
 * file (a name a line) or JSON file (any of these), relative to the configuration's folder.
 * @throws InspectumError 'usage' for another form, 'missing' or 'corrupt' for a named file
 */
export function labelsFrom(value: unknown, file: string): readonly string[] {
  if (typeof value === 'string') return labelsFromFile(path.resolve(path.dirname(file), value), file);
  if (Array.isArray(value) && value.every((v) => typeof v === 'string')) return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const labels: string[] = [];
    for (const [index, entry] of Object.entries(value)) {
      const name = Array.isArray(entry) ? entry.at(-1) : entry;
      const at = Number(index);
      if (typeof name !== 'string' || !Number.isInteger(at) || at < 0 || at >= MAX_CLASSES) throw wrongForm(file);
      labels[at] = name;
    }
    return Array.from(labels, (name, i) => name ?? `class ${i}`);
  }
  throw wrongForm(file);
}

const wrongForm = (file: string): InspectumError =>
  new InspectumError(
    'usage',
    `${file}: labels should be a list of names, an object from index to name (or to [id, name]), or the path of such a file.`,
  );

function labelsFromFile(labelsPath: string, mentionedIn: string): readonly string[] {
  if (!existsSync(labelsPath)) throw new InspectumError('missing', `${mentionedIn}: the labels file ${labelsPath} is not there.`);
  if (path.extname(labelsPath).toLowerCase() !== '.json') return linesOf(readText(labelsPath));
  const json = readJson(labelsPath);
  if (typeof json === 'string') throw wrongForm(labelsPath);
  return labelsFrom(json, labelsPath);
}

/** A name per line; an empty line in between is a class without a name, so that the others keep their places. */
const linesOf = (text: string): string[] =>
  text
    .trimEnd()
    .split(/\r?\n/)
    .map((line, i) => line.trim() || `class ${i}`);
