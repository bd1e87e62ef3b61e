import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Truth } from '../../protocol/model.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { readJson, readText } from '../files/textFile.ts';
import type { ClassNames } from '../labels/classNames.ts';
import { delimitedRows } from '../labels/delimited.ts';
import { isRecord } from '../settings/json.ts';

/** The classes that an image can show. */
export interface KnownClasses extends Partial<ClassNames> {
  readonly classes: number;
}

type Found = Pick<Truth, 'index' | 'negated'>;

/**
 * Which class an image is known to show: by a file of labels beside it or above its folder, else by the name of its folder (the layout of
 * torchvision's ImageFolder).
 * @param image absolute path
 * @returns undefined where nothing says it, or what says it fits several classes
 */
export function truthOf(image: string, known: KnownClasses): Truth | undefined {
  return fromFile(image, known) ?? fromFolder(image, known);
}

function fromFolder(image: string, known: KnownClasses): Truth | undefined {
  const folder = path.dirname(image);
  const name = path.basename(folder);
  const found = classNamed(name, known) ?? (hasNumberedSibling(folder, known) ? classNumbered(name, known) : undefined);
  return found && { ...found, from: 'folder', where: `the folder ${name}` };
}

/** A folder that happens to be called by a number is no class; one among others is. */
function hasNumberedSibling(folder: string, known: KnownClasses): boolean {
  if (classNumbered(path.basename(folder), known) === undefined) return false;
  const siblings = folders(path.dirname(folder)).filter((name) => name !== path.basename(folder));
  return siblings.some((name) => classNumbered(name, known) !== undefined);
}

function folders(parent: string): string[] {
  try {
    return readdirSync(parent, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

/** One class may be written in more than one way, but not in so many. */
const MAX_SPELLINGS = 8;
const FILES = ['labels.csv', 'labels.tsv', 'labels.json', 'annotations.csv'];

function fromFile(image: string, known: KnownClasses): Truth | undefined {
  const folder = path.dirname(image);
  for (const place of [folder, path.dirname(folder)])
    for (const name of FILES) {
      const labels = [...new Set(labelsIn(path.join(place, name), path.relative(place, image)))];
      if (labels.length > MAX_SPELLINGS) return undefined;
      const found = labels.map((label) => classNamed(label, known) ?? classNumbered(label, known));
      const [first] = found;
      if (first && found.every((one) => one?.index === first.index && one.negated === first.negated))
        return { ...first, from: 'file', where: name };
    }
  return undefined;
}

/** What a file says of an image; empty where it is not there, is no such file, or says nothing of it. */
function labelsIn(file: string, image: string): readonly string[] {
  try {
    return (file.endsWith('.json') ? jsonRows(readJson(file)) : delimitedLabels(delimitedRows(readText(file))))
      .filter(([name]) => isSameImage(name, image))
      .map(([, label]) => label);
  } catch (error) {
    if (error instanceof InspectumError) return [];
    throw error;
  }
}

type Row = readonly [name: string, label: string];

const FILE_COLUMN = /^(image|file|img)([ _]?(name|path|id))?$|^path$/i;
const LABEL_COLUMN = /^(true[ _]?|class[ _]?)?(label|name|id|index)$|^(class|category|target|y)$/i;
const IMAGE_NAME = /\.(jpe?g|png|webp|bmp|gif|tiff?)$/i;

/** A table with a column of images, told by its title or by the names in it, and one of labels; without a header, these two and no others. */
function delimitedLabels(rows: readonly (readonly string[])[]): readonly Row[] {
  const [first = [], second = []] = rows;
  const hasHeader = !first.some((cell) => IMAGE_NAME.test(cell));
  const titled = hasHeader ? first.findIndex((title) => FILE_COLUMN.test(title.trim())) : -1;
  const fileAt = titled >= 0 ? titled : (hasHeader ? second : first).findIndex((cell) => IMAGE_NAME.test(cell));
  const labelAt = first.findIndex((title, i) => i !== fileAt && (hasHeader ? LABEL_COLUMN.test(title.trim()) : first.length === 2));
  return fileAt < 0 || labelAt < 0 ? [] : rows.slice(hasHeader ? 1 : 0).map((row) => [row[fileAt] ?? '', row[labelAt] ?? '']);
}

/** An object from image to label, or a list of objects with fields as the columns of a table. */
function jsonRows(value: unknown): readonly Row[] {
  if (isRecord(value)) return Object.entries(value).flatMap(([name, label]) => (isLabel(label) ? [[name, String(label)] as const] : []));
  if (!Array.isArray(value) || !value.every(isRecord)) return [];
  const [first = {}] = value;
  const fields = Object.keys(first);
  return delimitedLabels([fields, ...value.map((row) => fields.map((field) => (isLabel(row[field]) ? String(row[field]) : '')))]);
}

const isLabel = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

/** The same path, or the same name; an ending may be left out. */
function isSameImage(said: string, image: string): boolean {
  const [name, here] = [said, image].map((text) => text.replaceAll('\\', '/').replace(/^\.\//, '')) as [string, string];
  const base = path.posix.basename(here);
  return (
    name === here ||
    name === base ||
    name === path.posix.parse(base).name ||
    (name.includes('/') && (name.endsWith(`/${here}`) || here.endsWith(`/${name}`)))
  );
}

const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, '');

/** The one class of this name, id, or (where names are lists of synonyms) synonym. */
function classNamed(said: string, { names = [], ids = [], classes }: KnownClasses): Found | undefined {
  const wanted = plain(said);
  if (wanted === '') return undefined;
  const byId = ids.indexOf(said.trim());
  if (byId >= 0) return inOutput(byId, classes, names.length);
  const whole = places(names, (name) => plain(name) === wanted);
  const matches =
    whole.length > 0 ? whole : places(names, (name) => name.includes(',') && name.split(',').some((part) => plain(part) === wanted));
  return matches.length === 1 ? inOutput(matches[0] as number, classes, names.length) : undefined;
}

const places = (names: readonly string[], fits: (name: string) => boolean): number[] => names.flatMap((name, i) => (fits(name) ? [i] : []));

function classNumbered(said: string, { classes }: KnownClasses): Found | undefined {
  const index = /^\d{1,7}$/.test(said.trim()) ? Number(said) : Number.NaN;
  return classes === 1 ? single(index) : index < classes ? { index } : undefined;
}

/** A place among the names as the output has it: of two names for one score, the second is the score's. */
const inOutput = (place: number, classes: number, names: number): Found | undefined =>
  classes === 1 ? single(names === 2 ? place : place + 1) : place < classes ? { index: place } : undefined;

const single = (place: number): Found | undefined => (place === 1 ? { index: 0 } : place === 0 ? { index: 0, negated: true } : undefined);
