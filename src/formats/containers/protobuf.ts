import { InspectumError } from '../../tensor/errors.ts';
import type { ByteSource, Span } from './byteSource.ts';

const WIRE = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;
const MAX_DEPTH = 64;
/** Longer than any name or text in a model, and short enough for a JavaScript string. */
const MAX_STRING = 2 ** 28;
const scratch = new DataView(new ArrayBuffer(8));
const utf8 = new TextDecoder('utf-8', { fatal: false });

/**
 * Walks one message of Protocol Buffers' wire format in a file. Delimited fields are skipped by their length, so bytes
 * that nobody asks for are never read. Every length is checked against its enclosing message.
 */
export class ProtobufReader {
  readonly #source: ByteSource;
  readonly #end: number;
  readonly #depth: number;
  #at: number;
  #wire = 0;

  constructor(source: ByteSource, span: Span = { offset: 0, length: source.size }, depth = 0) {
    if (depth > MAX_DEPTH) throw new InspectumError('corrupt', `${source.path}: messages are nested deeper than ${MAX_DEPTH}.`);
    this.#source = source;
    this.#at = span.offset;
    this.#end = span.offset + span.length;
    this.#depth = depth;
  }

  /** The number of the next field, or undefined at the end. One of the readers below must follow. */
  next(): number | undefined {
    if (this.#at >= this.#end) return undefined;
    const key = Number(this.#varint());
    this.#wire = key % 8;
    const field = Math.floor(key / 8);
    if (field === 0 || field > 0x1fffffff) this.#corrupt(`field number ${field} does not exist`);
    return field;
  }

  /** Whether the field just announced is delimited (packed, or a message, or bytes). */
  get isDelimited(): boolean {
    return this.#wire === WIRE.delimited;
  }

  skip(): void {
    switch (this.#wire) {
      case WIRE.varint:
        this.#varint();
        return;
      case WIRE.fixed64:
        this.#take(8);
        return;
      case WIRE.fixed32:
        this.#take(4);
        return;
      case WIRE.delimited:
        this.span();
        return;
      default:
        this.#corrupt(`wire type ${this.#wire} is not one of Protocol Buffers'`);
    }
  }

  /** A delimited field's place, without reading it. */
  span(): Span {
    this.#expect(WIRE.delimited);
    const length = Number(this.#varint());
    const offset = this.#take(length);
    return { offset, length };
  }

  /** The bytes of a place in the file; they may change with the next read. */
  bytes({ offset, length }: Span): Uint8Array {
    return this.#source.read(offset, length);
  }

  message(): ProtobufReader {
    return new ProtobufReader(this.#source, this.span(), this.#depth + 1);
  }

  string(): string {
    const { offset, length } = this.span();
    if (length > MAX_STRING) this.#corrupt(`a text of ${length} bytes is longer than any should be`);
    return utf8.decode(this.#source.read(offset, length));
  }

  /** A signed 64-bit varint. */
  int64(): bigint {
    this.#expect(WIRE.varint);
    return BigInt.asIntN(64, this.#varint());
  }

  /** A varint as a number (rounded beyond 2^53). */
  int(): number {
    return Number(this.int64());
  }

  float(): number {
    this.#expect(WIRE.fixed32);
    return this.#fixed(4).getFloat32(0, true);
  }

  /** Appends a repeated integer field, packed or not. */
  ints(into: bigint[]): void {
    this.#repeated(into, WIRE.varint, () => BigInt.asIntN(64, this.#varint()));
  }

  floats(into: number[]): void {
    this.#repeated(into, WIRE.fixed32, () => this.#fixed(4).getFloat32(0, true));
  }

  doubles(into: number[]): void {
    this.#repeated(into, WIRE.fixed64, () => this.#fixed(8).getFloat64(0, true));
  }

  #repeated<T>(into: T[], wire: number, read: () => T): void {
    if (this.#wire !== WIRE.delimited) {
      this.#expect(wire);
      into.push(read());
      return;
    }
    const { offset, length } = this.span();
    const resume = this.#at;
    this.#at = offset;
    while (this.#at < offset + length) into.push(read());
    if (this.#at !== resume) this.#corrupt('a packed field does not end where it says');
  }

  #varint(): bigint {
    const window = this.#source.read(this.#at, Math.min(10, this.#end - this.#at));
    let low = 0;
    let i = 0;
    for (; i < 4 && i < window.length; i++) {
      const byte = window[i] as number;
      low |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) {
        this.#at += i + 1;
        return BigInt(low);
      }
    }
    let value = BigInt(low);
    for (; i < window.length; i++) {
      const byte = window[i] as number;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) {
        this.#at += i + 1;
        return value;
      }
    }
    return this.#corrupt('a number does not end');
  }

  #fixed(length: 4 | 8): DataView {
    const offset = this.#take(length);
    const bytes = this.#source.read(offset, length);
    for (let i = 0; i < length; i++) scratch.setUint8(i, bytes[i] as number);
    return scratch;
  }

  #take(length: number): number {
    const offset = this.#at;
    if (!(length >= 0 && length <= this.#end - offset))
      this.#corrupt(
        `a field of ${length} bytes does not fit into the ${this.#end - offset} that are left. The file is truncated or damaged`,
      );
    this.#at = offset + length;
    return offset;
  }

  #expect(wire: number): void {
    if (this.#wire !== wire) this.#corrupt(`wire type ${wire} was expected, not ${this.#wire}`);
  }

  #corrupt(what: string): never {
    throw new InspectumError('corrupt', `${this.#source.path}: damaged at byte ${this.#at}: ${what}.`);
  }
}
