import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { InspectumError } from '../tensor/errors.ts';

const MAX_BYTES = 16 * 2 ** 20;

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
      if (typeof name !== 'string' || !Number.isInteger(at) || at < 0 || at > 1e6) throw wrongForm(file);
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
  if (statSync(labelsPath).size > MAX_BYTES) throw new InspectumError('too-large', `${labelsPath}: is too large for a file of labels.`);
  const text = readFileSync(labelsPath, 'utf8');
  if (!labelsPath.endsWith('.json'))
    return text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InspectumError('corrupt', `${labelsPath}: is not valid JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof json === 'string') throw wrongForm(labelsPath);
  return labelsFrom(json, labelsPath);
}
