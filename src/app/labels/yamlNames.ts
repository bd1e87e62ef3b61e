import { InspectumError } from '../../tensor/errors.ts';

const KEY = /^["']?(names|labels|classes|class_names)["']?\s*:(.*)$/;

/**
 * The class names in a YAML text, as data sets of YOLO have them: a list or a mapping from index to name under `names` (or `labels`,
 * `classes`, `class_names`) at the top level, in flow or block style. No more of YAML is read.
 * @returns a list, or a mapping; undefined where there is no such field
 * @throws InspectumError 'corrupt' where the field is neither a list nor a mapping
 */
export function yamlNames(text: string, where: string): readonly string[] | ReadonlyMap<string, string> | undefined {
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => KEY.test(line));
  if (at < 0) return undefined;
  const [, key = '', rest = ''] = KEY.exec(lines[at] as string) ?? [];
  const inline = withoutComment(rest);
  const wrong = (): InspectumError =>
    new InspectumError('corrupt', `${where}: "${key}" should be a list of names or a mapping from index to name, on line ${at + 1}.`);
  const items =
    inline === '' ? blockItems(lines.slice(at + 1)) : flowItems([inline, ...lines.slice(at + 1)].map(withoutComment).join('\n'));
  if (!items || items.length === 0) throw wrong();
  const pairs = items.map(pairOf);
  const isMapping = inline === '' ? items.every(({ listed }) => !listed) : inline.startsWith('{');
  if (!isMapping) return items.map((item) => scalar(item.text));
  if (pairs.some((pair) => pair === undefined)) throw wrong();
  return new Map(pairs as [string, string][]);
}

interface Item {
  readonly text: string;
  /** Begins with "- ". */
  readonly listed: boolean;
}

/** The indented lines after a key; a list may stand under it without indentation. */
function blockItems(lines: readonly string[]): Item[] {
  const items: Item[] = [];
  for (const line of lines) {
    const text = withoutComment(line);
    if (text === '') continue;
    const listed = /^\s*-(\s|$)/.test(line);
    if (!/^\s/.test(line) && !listed) break;
    items.push({ text: listed ? text.slice(1).trim() : text, listed });
  }
  return items;
}

/** What stands between commas in the brackets that a text begins with; undefined where they do not close. */
function flowItems(text: string): Item[] | undefined {
  const closing = text[0] === '[' ? ']' : text[0] === '{' ? '}' : undefined;
  const items: Item[] = [];
  let item = '';
  let quote = '';
  /** The last character that is no space. */
  let last = '';
  for (const c of text.slice(1)) {
    if (quote) quote = c === quote ? '' : quote;
    else if (isQuote(c) && (last === '' || last === ':')) quote = c;
    else if (c === ',' || c === closing) {
      if (item.trim() !== '') items.push({ text: item.trim(), listed: false });
      item = '';
      last = '';
      if (c === closing) return items;
      continue;
    }
    item += c === '\n' ? ' ' : c;
    if (c.trim() !== '') last = c;
  }
  return undefined;
}

/** "0: person" as its key and value. */
function pairOf({ text }: Item): [string, string] | undefined {
  const first = text[0] ?? '';
  const from = isQuote(first) ? text.indexOf(first, 1) + 1 : 0;
  const colon = text.indexOf(':', from);
  const value = text.slice(colon + 1);
  return colon < 1 || value.trim() === value ? undefined : [scalar(text.slice(0, colon).trim()), scalar(value.trim())];
}

const isQuote = (c: string): boolean => c === "'" || c === '"';

/** Without a comment and without space around it; a "#" within quotes begins none. */
function withoutComment(line: string): string {
  let quote = '';
  let last = '';
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string;
    if (quote) quote = c === quote ? '' : quote;
    else if (isQuote(c) && (last === '' || '[{,:-'.includes(last))) quote = c;
    else if (c === '#' && (i === 0 || (line[i - 1] as string).trim() === '')) return line.slice(0, i).trim();
    if (c.trim() !== '') last = c;
  }
  return line.trim();
}

function scalar(text: string): string {
  const quote = text.length > 1 && text.endsWith(text[0] as string) ? text[0] : undefined;
  if (quote === "'") return text.slice(1, -1).replaceAll("''", "'");
  return quote === '"' ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text;
}
