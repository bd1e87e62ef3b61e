import { InspectumError } from '../../tensor/errors.ts';
import type { ByteSource, Span } from './byteSource.ts';

const MAX_DEPTH = 64;
/** Longer than any name or text in a model, and short enough for a JavaScript string. */
const MAX_STRING = 2 ** 28;
/** How often, on average, a byte may be looked at: parts may be shared, but a few shared parts can stand for endlessly many. */
const MAX_VISITS = 8;
const OFFSET_BYTES = 4;
const utf8 = new TextDecoder('utf-8', { fatal: false });

const SCALARS = {
  int8: { bytes: 1, read: (view: DataView, at: number): number => view.getInt8(at) },
  uint8: { bytes: 1, read: (view: DataView, at: number): number => view.getUint8(at) },
  int32: { bytes: 4, read: (view: DataView, at: number): number => view.getInt32(at, true) },
  float32: { bytes: 4, read: (view: DataView, at: number): number => view.getFloat32(at, true) },
  int64: { bytes: 8, read: (view: DataView, at: number): bigint => view.getBigInt64(at, true) },
};

type Scalar = keyof typeof SCALARS;
type ValueOf<S extends Scalar> = ReturnType<(typeof SCALARS)[S]['read']>;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The root table of a file in FlatBuffers' format.
 * @throws InspectumError 'corrupt' where there is none
 */
export function rootTable(source: ByteSource): FlatBufferTable {
  const file = new FlatBuffer(source);
  return new FlatBufferTable(file, file.target(0), 0);
}

/** What the tables of one file share. */
class FlatBuffer {
  readonly source: ByteSource;
  readonly #fields = new Map<number, { readonly inline: number; readonly offsets: readonly number[] }>();
  #left: number;

  constructor(source: ByteSource) {
    this.source = source;
    this.#left = MAX_VISITS * source.size;
  }

  /** Bytes for reading at once; they may change with the next read. */
  read(at: number, length: number): DataView {
    this.#left -= length;
    if (this.#left < 0) this.corrupt(at, 'its parts refer to each other over and over');
    return viewOf(this.source.read(at, length));
  }

  /** Where the offset that stands at a place leads to: always further on, so that nothing can contain itself. */
  target(at: number): number {
    const offset = this.read(at, OFFSET_BYTES).getUint32(0, true);
    if (offset === 0) this.corrupt(at, 'an offset leads nowhere');
    return at + offset;
  }

  /** The place of a vector's elements, all of them inside of the file. */
  vector(at: number, elementBytes: number): { readonly offset: number; readonly count: number } {
    const count = this.read(at, OFFSET_BYTES).getUint32(0, true);
    const offset = at + OFFSET_BYTES;
    if (count * elementBytes > this.source.size - offset)
      this.corrupt(at, `${count} elements of ${elementBytes} bytes do not fit into the ${this.source.size - offset} bytes that are left`);
    return { offset, count };
  }

  string(at: number): string {
    const { offset, count } = this.vector(at, 1);
    if (count > MAX_STRING) this.corrupt(at, `a text of ${count} bytes is longer than any should be`);
    return utf8.decode(this.read(offset, count));
  }

  /** How long a table is, and where its fields stand in it (0: left out). */
  fields(table: number) {
    const at = table - this.read(table, 4).getInt32(0, true);
    const known = this.#fields.get(at);
    if (known) return known;
    const length = this.read(at, 4).getUint16(0, true);
    if (length < 4 || length % 2 !== 0) this.corrupt(at, `a list of fields has ${length} bytes`);
    const view = this.read(at, length);
    const inline = view.getUint16(2, true);
    if (inline < 4) this.corrupt(at, `a table has ${inline} bytes`);
    const offsets = Array.from({ length: length / 2 - 2 }, (_, i) => view.getUint16(4 + 2 * i, true));
    const fields = { inline, offsets };
    this.#fields.set(at, fields);
    return fields;
  }

  corrupt(at: number, what: string): never {
    throw new InspectumError('corrupt', `${this.source.path}: damaged at byte ${at}: ${what}. It is truncated or damaged.`);
  }
}

/**
 * A table of a FlatBuffers file. Fields are asked for by their number in the schema, from 0; a union takes two, its type and its value.
 * What a table leaves out has the fallback, or is undefined or empty. Every offset and length is checked against the file.
 */
export class FlatBufferTable {
  readonly #file: FlatBuffer;
  readonly #at: number;
  readonly #depth: number;
  readonly #inline: DataView;
  readonly #offsets: readonly number[];

  constructor(file: FlatBuffer, at: number, depth: number) {
    if (depth > MAX_DEPTH) file.corrupt(at, `tables are nested deeper than ${MAX_DEPTH}`);
    const { inline, offsets } = file.fields(at);
    const view = file.read(at, inline);
    this.#file = file;
    this.#at = at;
    this.#depth = depth;
    // A copy: the file's window moves on.
    this.#inline = new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + inline));
    this.#offsets = offsets;
  }

  scalar<S extends Scalar>(field: number, type: S, fallback: ValueOf<S>): ValueOf<S> {
    const { bytes, read } = SCALARS[type];
    const at = this.#place(field, bytes);
    return at === undefined ? fallback : (read(this.#inline, at) as ValueOf<S>);
  }

  scalars<S extends Scalar>(field: number, type: S): ValueOf<S>[] {
    const { bytes, read } = SCALARS[type];
    const { offset, count } = this.#vector(field, bytes);
    const view = this.#file.read(offset, count * bytes);
    return Array.from({ length: count }, (_, i) => read(view, i * bytes) as ValueOf<S>);
  }

  string(field: number): string | undefined {
    const at = this.#target(field);
    return at === undefined ? undefined : this.#file.string(at);
  }

  strings(field: number): string[] {
    return this.#targets(field).map((at) => this.#file.string(at));
  }

  table(field: number): FlatBufferTable | undefined {
    const at = this.#target(field);
    return at === undefined ? undefined : this.#inner(at);
  }

  tables(field: number): FlatBufferTable[] {
    return this.#targets(field).map((at) => this.#inner(at));
  }

  /** The place of a vector of bytes, unread. */
  span(field: number): Span | undefined {
    const at = this.#target(field);
    if (at === undefined) return undefined;
    const { offset, count } = this.#file.vector(at, 1);
    return { offset, length: count };
  }

  #inner(at: number): FlatBufferTable {
    return new FlatBufferTable(this.#file, at, this.#depth + 1);
  }

  /** Where in the table a field stands; undefined where it is left out. */
  #place(field: number, bytes: number): number | undefined {
    const at = this.#offsets[field] || undefined;
    if (at !== undefined && at + bytes > this.#inline.byteLength) this.#file.corrupt(this.#at, `field ${field} is outside of its table`);
    return at;
  }

  #target(field: number): number | undefined {
    const at = this.#place(field, OFFSET_BYTES);
    return at === undefined ? undefined : this.#file.target(this.#at + at);
  }

  #vector(field: number, elementBytes: number): { readonly offset: number; readonly count: number } {
    const at = this.#target(field);
    return at === undefined ? { offset: 0, count: 0 } : this.#file.vector(at, elementBytes);
  }

  #targets(field: number): number[] {
    const { offset, count } = this.#vector(field, OFFSET_BYTES);
    return Array.from({ length: count }, (_, i) => this.#file.target(offset + i * OFFSET_BYTES));
  }
}
