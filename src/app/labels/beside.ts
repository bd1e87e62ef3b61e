import { readdirSync } from 'node:fs';
import path from 'node:path';
import { InspectumError } from '../../tensor/errors.ts';
import type { FoundNames } from '../settings/said.ts';
import { namesFromFile } from './classNames.ts';

/** Files of class names, told by their names; those of this model before those of the folder. */
const KINDS: readonly ((file: string, stem: string) => boolean)[] = [
  (file, stem) => file.startsWith(stem) && /^[._-](labels|classes|names)\.(txt|json|csv|ya?ml)$/i.test(file.slice(stem.length)),
  (file) => /^labels\.(txt|json)$/i.test(file),
  (file) => /^(classes|class_names|labelmap|synset(_words)?|id2label)\.(txt|json)$/i.test(file),
  (file) => /class_ind(ex|ices)\.json$/i.test(file),
  (file) => /^data\.ya?ml$/i.test(file),
  (file) => /\.ya?ml$/i.test(file),
];
/** How many files of a folder are read in search of names. */
const MAX_READ = 24;

/** Told of what cannot be read as class names; throws what is no error for people. */
export type Problem = (file: string, error: unknown) => void;

/** The names in one file, if it can be read. */
export function* namesIn(file: string, binding: boolean, problem: Problem): Generator<FoundNames> {
  const source = path.basename(file);
  try {
    yield { ...namesFromFile(file), source, file, binding };
  } catch (error) {
    problem(source, error);
  }
}

/** Class names in files beside a model, the most fitting kind first, read one after the other as they are asked for. */
export function* namesBeside(modelPath: string, problem: Problem): Generator<FoundNames> {
  const folder = path.dirname(modelPath);
  const stem = path.parse(modelPath).name;
  const there = filesIn(folder);
  const found = new Set(KINDS.flatMap((isOfKind) => there.filter((file) => isOfKind(file, stem))));
  for (const name of [...found].slice(0, MAX_READ))
    yield* namesIn(path.join(folder, name), false, /\.ya?ml$/i.test(name) ? overlooked : problem);
}

/** Any tool writes YAML; only what calls itself a file of names is expected to hold some. */
const overlooked: Problem = (_, error) => {
  if (!(error instanceof InspectumError)) throw error;
};

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
