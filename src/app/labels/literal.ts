import { InspectumError } from '../../tensor/errors.ts';

export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<string | number, Literal>;

const MAX_DEPTH = 16;
const WORDS: Readonly<Record<string, Literal>> = { True: true, False: false, None: null, true: true, false: false, null: null };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/**
 * A literal of Python (as `repr` writes dicts, lists, tuples, strings and numbers) or of JSON. Nothing is evaluated.
 * @param where what is named in errors: a file, a field
 * @throws InspectumError 'corrupt' for anything else
 */
export function readLiteral(text: string, where: string): Literal {
  const reader = new Reader(text, where);
  const value = reader.value(0);
  if (!reader.atEnd()) throw reader.wrong('nothing more');
  return value;
}

class Reader {
  readonly #text: string;
  readonly #where: string;
  #at = 0;

  constructor(text: string, where: string) {
    this.#text = text;
    this.#where = where;
  }

  atEnd(): boolean {
    return this.#peek() === '';
  }

  wrong(expected: string): InspectumError {
    const found = this.#text.slice(this.#at, this.#at + 20);
    return new InspectumError(
      'corrupt',
      `${this.#where}: ${expected} was expected at character ${this.#at}, not ${JSON.stringify(found)}.`,
    );
  }

  value(depth: number): Literal {
    if (depth > MAX_DEPTH) throw this.wrong(`nesting of at most ${MAX_DEPTH} levels`);
    const first = this.#peek();
    if (first === "'" || first === '"') return this.#string(first);
    const closing = CLOSING[first];
    if (closing === undefined) return this.#atom();
    this.#at++;
    return closing === '}' ? this.#dict(depth) : this.#list(closing, depth);
  }

  #dict(depth: number): Literal {
    const entries = new Map<string | number, Literal>();
    while (!this.#take('}')) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string' && typeof key !== 'number') throw this.wrong('a key that is text or a number');
      if (!this.#take(':')) throw this.wrong('":"');
      entries.set(key, this.value(depth + 1));
      if (!this.#take(',') && this.#peek() !== '}') throw this.wrong('"," or "}"');
    }
    return entries;
  }

  #list(closing: string, depth: number): Literal {
    const items: Literal[] = [];
    while (!this.#take(closing)) {
      items.push(this.value(depth + 1));
      if (!this.#take(',') && this.#peek() !== closing) throw this.wrong(`"," or "${closing}"`);
    }
    return items;
  }

  #string(quote: string): string {
    let result = '';
    for (let i = this.#at + 1; i < this.#text.length; i++) {
      const c = this.#text[i] as string;
      if (c === quote) {
        this.#at = i + 1;
        return result;
      }
      if (c !== '\\') {
        result += c;
        continue;
      }
      const [code] = /^(u[\da-f]{4}|U[\da-f]{8}|x[\da-f]{2})/i.exec(this.#text.slice(i + 1, i + 10)) ?? [];
      const next = this.#text[i + 1] ?? '';
      result += code ? fromCode(code) : Object.hasOwn(ESCAPES, next) ? ESCAPES[next] : next;
      i += code?.length ?? 1;
    }
    throw this.wrong(`a text that ends with ${quote}`);
  }

  #atom(): Literal {
    const [word = ''] = /^[\w.+-]+/.exec(this.#text.slice(this.#at, this.#at + 40)) ?? [];
    const value = Object.hasOwn(WORDS, word) ? WORDS[word] : /\d/.test(word) ? Number(word) : Number.NaN;
    if (value === undefined || Number.isNaN(value)) throw this.wrong('a text, a number, a list or a dict');
    this.#at += word.length;
    return value;
  }

  /** The next character that is no space; '' at the end. */
  #peek(): string {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text[this.#at] ?? '';
  }

  #take(expected: string): boolean {
    if (this.#peek() !== expected) return false;
    this.#at++;
    return true;
  }
}

/** A code point beyond Unicode becomes the sign for what cannot be shown. */
function fromCode(code: string): string {
  const point = Number.parseInt(code.slice(1), 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
}
