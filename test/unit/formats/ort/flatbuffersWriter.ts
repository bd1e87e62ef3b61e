/** FlatBuffers as no library writes them: what is invalid can be said too. */

type Field =
  | { readonly int8: number }
  | { readonly uint8: number }
  | { readonly int32: number }
  | { readonly int64: bigint }
  | { readonly text: string }
  | { readonly table: Table }
  | { readonly tables: readonly Table[] }
  /** A vector that refers to one table so many times. */
  | { readonly table: Table; readonly times: number }
  | { readonly texts: readonly string[] }
  | { readonly int64s: readonly bigint[] }
  | { readonly bytes: Uint8Array }
  /** An offset, or a vector of them, that leads where it says, counted from the offset itself. */
  | { readonly offset: number }
  /** A vector that says another length than it has. */
  | { readonly longVector: number };

/** Fields by number. */
export type Table = Readonly<Record<number, Field>>;

const ALIGN = 8;

class Writer {
  #bytes = Buffer.alloc(1 << 16);
  #length = 0;
  readonly #later: (() => void)[] = [];

  finish(root: Table, identifier: string): Uint8Array {
    const at = this.#take(8);
    this.#bytes.write(identifier, at + 4, 'latin1');
    this.#pointTo([at], () => this.#table(root));
    for (let next = this.#later.shift(); next; next = this.#later.shift()) next();
    return new Uint8Array(this.#bytes.subarray(0, this.#length));
  }

  #take(length: number): number {
    const at = Math.ceil(this.#length / ALIGN) * ALIGN;
    this.#length = at + length;
    if (this.#length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], this.#length * 2);
    return at;
  }

  /** Offsets only lead forwards, so what they lead to is written after what holds them. */
  #pointTo(places: readonly number[], write: () => number): void {
    this.#later.push(() => {
      const target = write();
      for (const at of places) this.#bytes.writeUInt32LE(target - at, at);
    });
  }

  #table(table: Table): number {
    const numbers = Object.keys(table).map(Number);
    const count = Math.max(-1, ...numbers) + 1;
    const fields = this.#take(4 + 2 * count);
    const inline = ALIGN + ALIGN * numbers.length;
    const at = this.#take(inline);
    this.#bytes.writeInt32LE(at - fields, at);
    this.#bytes.writeUInt16LE(4 + 2 * count, fields);
    this.#bytes.writeUInt16LE(inline, fields + 2);
    numbers.forEach((number, i) => {
      const place = ALIGN + ALIGN * i;
      this.#bytes.writeUInt16LE(place, fields + 4 + 2 * number);
      this.#field(at + place, table[number] as Field);
    });
    return at;
  }

  #field(at: number, field: Field): void {
    if ('int8' in field) this.#bytes.writeInt8(field.int8, at);
    else if ('uint8' in field) this.#bytes.writeUInt8(field.uint8, at);
    else if ('int32' in field) this.#bytes.writeInt32LE(field.int32, at);
    else if ('int64' in field) this.#bytes.writeBigInt64LE(field.int64, at);
    else if ('offset' in field) this.#bytes.writeUInt32LE(field.offset, at);
    else this.#pointTo([at], () => this.#content(field));
  }

  #content(
    field: Exclude<Field, { int8: number } | { uint8: number } | { int32: number } | { int64: bigint } | { offset: number }>,
  ): number {
    if ('text' in field) return this.#vector(Buffer.from(field.text));
    if ('bytes' in field) return this.#vector(field.bytes);
    if ('int64s' in field) return this.#vector(new Uint8Array(BigInt64Array.from(field.int64s).buffer), 8);
    if ('longVector' in field) return this.#vector(new Uint8Array(8), 1, field.longVector);
    if ('times' in field) return this.#offsets([() => this.#table(field.table)], field.times);
    if ('table' in field) return this.#table(field.table);
    if ('tables' in field) return this.#offsets(field.tables.map((table) => () => this.#table(table)));
    return this.#offsets(field.texts.map((text) => () => this.#vector(Buffer.from(text))));
  }

  #vector(bytes: Uint8Array, elementBytes = 1, count = bytes.length / elementBytes): number {
    const at = this.#take(4 + bytes.length);
    this.#bytes.writeUInt32LE(count, at);
    this.#bytes.set(bytes, at + 4);
    return at;
  }

  /** A vector of offsets, `times` of them to each target. */
  #offsets(targets: readonly (() => number)[], times = 1): number {
    const count = targets.length * times;
    const at = this.#take(4 + 4 * count);
    this.#bytes.writeUInt32LE(count, at);
    targets.forEach((target, i) => {
      this.#pointTo(
        Array.from({ length: times }, (_, k) => at + 4 + 4 * (i * times + k)),
        target,
      );
    });
    return at;
  }
}

export const flatBuffer = (root: Table, identifier = 'ORTM'): Uint8Array => new Writer().finish(root, identifier);
