import path from 'node:path';
import { ENGINES } from '../app/engine/engines.ts';
import { namesFromFile } from '../app/labels/classNames.ts';
import { isImagenet } from '../app/labels/imagenet.ts';
import type { OpenOptions } from '../app/model.ts';
import type { LabelsChoice } from '../protocol/choices.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Flags } from './flags.ts';

/** The engine of a name. Throws InspectumError 'usage'. */
export function engineNamed(name: string) {
  const engine = Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined;
  if (!engine)
    throw new InspectumError('usage', `There is no engine ${JSON.stringify(name)}. The engines are: ${Object.keys(ENGINES).join(', ')}.`);
  return engine;
}

/** @throws InspectumError where the file cannot be read as class names */
function labelsNamed(name: string): LabelsChoice {
  if (isImagenet(name)) return { assumed: 'imagenet' };
  namesFromFile(name);
  return { file: path.resolve(name) };
}

/** The common flags, as `Model.open` takes them. */
export const openOptions = ({ engine, config, labels, threads, 'memory-limit': megabytes }: Flags): OpenOptions => ({
  ...(engine !== undefined && { engine: engineNamed(engine) }),
  ...(config !== undefined && { config }),
  ...(labels !== undefined && { choices: { labels: labelsNamed(labels) } }),
  ...(threads !== undefined && { threads }),
  ...(megabytes !== undefined && {
    memoryLimit: { bytes: megabytes * 2 ** 20, countsMapped: false, remedy: 'Allow more with --memory-limit.' },
  }),
});
