import path from 'node:path';
import { InspectumError } from '../../tensor/errors.ts';
import { readJson, readText } from '../files/textFile.ts';
import { delimitedRows } from './delimited.ts';
import { readLiteral } from './literal.ts';
import { yamlNames } from './yamlNames.ts';

/** Names of classes by index. */
export interface ClassNames {
  readonly names: readonly string[];
  /** What else the classes are called by, where it is known: WordNet's "n01440764". */
  readonly ids?: readonly (string | undefined)[];
}

const MAX_CLASSES = 1e6;

/** Fields under which a larger object holds the names. */
const FIELDS = ['id2label', 'names', 'labels', 'classes', 'class_names', 'label_names'];

/**
 * Class names from a value: a list; index → name; index → [id, name]; name → index; or an object with one of these under "id2label",
 * "names", "labels", "classes", "class_names" or "label_names".
 * @param where what is named in errors
 * @throws InspectumError 'usage' for another form
 */
export function namesFrom(value: unknown, where: string): ClassNames {
  if (Array.isArray(value) && value.every((v) => typeof v === 'string')) return { names: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongForm(where);
  const entries: [string | number, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  const field = entries.find(([key, held]) => FIELDS.includes(String(key)) && typeof held === 'object');
  if (field) return namesFrom(field[1], `${where}: "${field[0]}"`);
  const inverted = entries.length > 0 && entries.every(([, index]) => isIndex(index));
  return byIndex(
    inverted ? entries.map(([name, index]) => [index, String(name)]) : entries.map(([key, name]) => [indexOf(key), name]),
    where,
  );
}

const isIndex = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) < MAX_CLASSES;
const indexOf = (key: string | number): number => (String(key).trim() === '' ? Number.NaN : Number(key));

/** Names in their places; places between them are called by their number. */
function byIndex(entries: readonly (readonly [unknown, unknown])[], where: string): ClassNames {
  const names: string[] = [];
  const ids: string[] = [];
  for (const [at, entry] of entries) {
    const [id, name] = Array.isArray(entry) && entry.length === 2 ? entry : [undefined, entry];
    if (typeof name !== 'string' || !isIndex(at) || (id !== undefined && typeof id !== 'string')) throw wrongForm(where);
    names[at] = name;
    if (id !== undefined) ids[at] = id;
  }
  return { names: Array.from(names, (name, i) => name ?? `class ${i}`), ...(ids.length > 0 && { ids }) };
}

const wrongForm = (where: string): InspectumError =>
  new InspectumError(
    'usage',
    `${where}: labels should be a list of names, an object from index to name (or to [id, name]), or the path of such a file.`,
  );

/**
 * Class names from a file, by its ending: .json, .yaml or .yml, .csv or .tsv; any other holds a name per line.
 * @throws InspectumError 'missing', 'too-large', 'corrupt' or 'usage' with the file's name
 */
export function namesFromFile(file: string): ClassNames {
  const found = readNames(file);
  if (found.names.length === 0) throw new InspectumError('usage', `${file}: holds no class names.`);
  return found;
}

function readNames(file: string): ClassNames {
  switch (path.extname(file).toLowerCase()) {
    case '.json':
      return namesFrom(readJson(file), file);
    case '.yaml':
    case '.yml': {
      const names = yamlNames(readText(file), file);
      if (!names) throw new InspectumError('usage', `${file}: has no field "names" at its top level.`);
      return namesFrom(names, file);
    }
    case '.csv':
    case '.tsv':
      return namesFromRows(delimitedRows(readText(file)), file);
    default:
      return namesFromText(readText(file), file);
  }
}

const NAME_COLUMN = /^(class[ _]?)?(name|label)s?$|^class(es)?$|^display[ _]name$/i;
const INDEX_COLUMN = /^(class[ _]?|label[ _]?)?(id|index|idx|number)$/i;

/** A table with a column of names and perhaps one of indices, by its header; without a header: names, or index and name. */
function namesFromRows(rows: readonly (readonly string[])[], file: string): ClassNames {
  const [first = []] = rows;
  const nameAt = first.findIndex((title) => NAME_COLUMN.test(title.trim()));
  const header = nameAt >= 0 && rows.length > 1;
  const body = header ? rows.slice(1) : rows;
  const indexAt = header ? first.findIndex((title) => INDEX_COLUMN.test(title.trim())) : first.length > 1 ? 0 : -1;
  const column = header ? nameAt : first.length > 1 ? 1 : 0;
  if (first.length > 2 && !header)
    throw new InspectumError(
      'usage',
      `${file}: has ${first.length} columns and none is called "name" or "label": say which is which in a first row.`,
    );
  if (indexAt < 0) return { names: body.map((row) => row[column] ?? '') };
  return byIndex(
    body.map((row) => [indexOf(row[indexAt] ?? ''), row[column]]),
    file,
  );
}

const SYNSET = /^(n\d{8})\s+(.+)$/s;
const NUMBERED = /^(\d+)[\s:,;]+(.+)$/s;

/**
 * A name per line; an empty line in between is a class without a name, so that the others keep their places. Lines that all begin with a
 * WordNet id, or with rising numbers from 0, are read as such. A text in braces or brackets is a literal of Python or JSON.
 */
export function namesFromText(text: string, where: string): ClassNames {
  if (/^\s*[[{]/.test(text)) return namesFrom(readLiteral(text, where), where);
  if (text.trim() === '') return { names: [] };
  const lines = text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
  const synsets = lines.map((line) => SYNSET.exec(line));
  if (synsets.every((match) => match !== null))
    return { names: synsets.map((match) => match[2] as string), ids: synsets.map((match) => match[1]) };
  const numbered = lines.filter((line) => line !== '').map((line) => NUMBERED.exec(line));
  const rising = numbered.every((match, i) => match !== null && Number(match[1]) > (i ? Number(numbered[i - 1]?.[1]) : -1));
  if (rising && Number(numbered[0]?.[1]) === 0)
    return byIndex(
      numbered.map((match) => [Number(match?.[1]), match?.[2]]),
      where,
    );
  return { names: lines.map((line, i) => line || `class ${i}`) };
}
