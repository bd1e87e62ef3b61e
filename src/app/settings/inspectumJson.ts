import { existsSync } from 'node:fs';
import path from 'node:path';
import { InspectumError } from '../../tensor/errors.ts';
import { readJson } from '../files/textFile.ts';
import { namesFrom, namesFromFile } from '../labels/classNames.ts';
import { imagenetNames, isImagenet } from '../labels/imagenet.ts';
import { inputSettings } from './inputSettings.ts';
import { record } from './json.ts';
import type { FoundNames, Said } from './said.ts';

const FIELDS = ['input', 'labels', 'output', '$schema'];

/**
 * An inspectum.json.
 * @throws InspectumError 'missing' (it, or the labels file that it names), 'corrupt' (no JSON), 'usage' (a field that is not of its type)
 */
export function inspectumJson(file: string): Said {
  const json = record(readJson(file), file);
  const unknown = Object.keys(json).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined)
    throw new InspectumError('usage', `${file}: there is no field ${JSON.stringify(unknown)}. The fields are: ${FIELDS.join(', ')}.`);
  const { output } = json;
  if (output !== undefined && output !== 'logits' && output !== 'probabilities' && output !== 'auto')
    throw new InspectumError('usage', `${file}: "output" should be "logits" or "probabilities", not ${JSON.stringify(output)}.`);
  const names = json.labels === undefined ? undefined : namesOf(json.labels, file);
  return {
    origin: { from: 'file', where: path.basename(file), strict: true },
    input: inputSettings(record(json.input ?? {}, `${file}: "input"`), file),
    ...(names && { names }),
    ...(output !== undefined && output !== 'auto' && { output }),
    files: [file],
  };
}

/** `labels`: names, the path of a file of names relative to the configuration's folder, or "ImageNet-1k". */
function namesOf(value: unknown, file: string): FoundNames {
  if (typeof value !== 'string') return { ...namesFrom(value, file), source: path.basename(file), binding: true };
  if (isImagenet(value)) return { names: imagenetNames(), source: `ImageNet-1k, as ${path.basename(file)} says`, binding: true };
  const names = path.resolve(path.dirname(file), value);
  if (!existsSync(names)) throw new InspectumError('missing', `${file}: the labels file ${names} is not there.`);
  return { ...namesFromFile(names), source: path.basename(names), file: names, binding: true };
}
