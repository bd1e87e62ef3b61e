import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../src/formats/containers/byteSource.ts';
import { ProtobufReader } from '../../../src/formats/containers/protobuf.ts';
import { ProtobufWriter } from '../../../src/graph/serialize/protobufWriter.ts';
import { refusal } from '../formats/models.ts';

/** Bytes in memory that count how many of them are read. */
class Memory implements ByteSource {
  readonly path = 'test.bin';
  read_ = 0;
  readonly #bytes: Uint8Array;

  constructor(hex: string | Uint8Array) {
    this.#bytes = typeof hex === 'string' ? new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex')) : hex;
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    this.read_ += length;
    expect(offset + length).toBeLessThanOrEqual(this.size);
    return this.#bytes.subarray(offset, offset + length);
  }
}

const reader = (hex: string | Uint8Array) => new ProtobufReader(new Memory(hex));

// The bytes are those of the encoding guide of Protocol Buffers.
describe('reads', () => {
  test('a varint: field 1 is 150', () => {
    const message = reader('08 96 01');
    expect(message.next()).toBe(1);
    expect(message.int()).toBe(150);
    expect(message.next()).toBeUndefined();
  });

  test('text: field 2 is "testing"', () => {
    const message = reader('12 07 74 65 73 74 69 6e 67');
    expect(message.next()).toBe(2);
    expect(message.string()).toBe('testing');
  });

  test('a message in a message: field 3 holds field 1, 150', () => {
    const message = reader('1a 03 08 96 01');
    expect(message.next()).toBe(3);
    const inner = message.message();
    expect([inner.next(), inner.int(), inner.next(), message.next()]).toEqual([1, 150, undefined, undefined]);
  });

  test('repeated numbers, packed and not', () => {
    const packed = reader('32 06 03 8e 02 9e a7 05');
    const values: bigint[] = [];
    expect(packed.next()).toBe(6);
    packed.ints(values);
    expect(values).toEqual([3n, 270n, 86942n]);
    const single = reader('30 03 30 8e 02');
    const more: bigint[] = [];
    while (single.next() !== undefined) single.ints(more);
    expect(more).toEqual([3n, 270n]);
  });

  test('negative numbers and the extremes of 64 bits', () => {
    const message = reader('08 feffffffffffffffff01 08 80808080808080808001 08 ffffffffffffffff7f');
    const values: bigint[] = [];
    while (message.next() !== undefined) values.push(message.int64());
    expect(values).toEqual([-2n, -(2n ** 63n), 2n ** 63n - 1n]);
  });

  test('floats, packed doubles, and skips what nobody asks for', () => {
    const message = reader('0d 0000c03f 11 000000000000f83f 1a 08 000000000000f83f 22 02 6869 28 01');
    expect([message.next(), message.float()]).toEqual([1, 1.5]);
    expect(message.next()).toBe(2);
    message.skip();
    const doubles: number[] = [];
    expect(message.next()).toBe(3);
    message.doubles(doubles);
    expect(doubles).toEqual([1.5]);
    expect(message.next()).toBe(4);
    message.skip();
    expect([message.next(), message.int(), message.next()]).toEqual([5, 1, undefined]);
  });

  test('the field of the highest number', () => {
    expect(reader('f8ffffff0f 01').next()).toBe(536_870_911);
  });

  test('a weight of megabytes by its place alone', () => {
    const bytes = new ProtobufWriter()
      .bytes(9, new Uint8Array(4 * 2 ** 20))
      .int(1, 7)
      .finish();
    const source = new Memory(bytes);
    const message = new ProtobufReader(source);
    message.next();
    expect(message.span()).toEqual({ offset: 5, length: 4 * 2 ** 20 });
    expect([message.next(), message.int()]).toEqual([1, 7]);
    expect(source.read_).toBeLessThan(100);
  });
});

const DAMAGED: readonly (readonly [string, string, (message: ProtobufReader) => unknown])[] = [
  ['a varint that ends in the middle', '08 96', (m) => m.int()],
  ['a varint of eleven bytes', '08 ffffffffffffffffffff01', (m) => m.int()],
  ['a length beyond the end', '12 07 74 65', (m) => m.string()],
  ['a length of 2^63', '12 ffffffffffffffff7f', (m) => m.string()],
  ['a length that is negative', '12 ffffffffffffffffff01', (m) => m.skip()],
  ['a float that ends in the middle', '0d 0000', (m) => m.float()],
  ['field 0', '', (m) => m],
  ['a group', '0b', (m) => m.skip()],
  ['a wire type that does not exist', '0f', (m) => m.skip()],
  ['a number where text should be', '08 01', (m) => m.string()],
  ['text where a number should be', '0a 01 61', (m) => m.int()],
  ['packed numbers that pass the end of their field', '32 01 8e 02', (m) => m.ints([])],
  ['packed floats that do not fill their field', '0a 05 0000000000', (m) => m.floats([])],
];

test.each(DAMAGED)('%s is damage', (_, hex, read) => {
  const message = reader(hex || '00 01');
  const error = refusal(() => {
    message.next();
    read(message);
  });
  expect(error.kind).toBe('corrupt');
  expect(error.message).toMatch(/^test\.bin: damaged at byte \d+: /);
});

test('an inner message cannot read beyond its end', () => {
  const outer = reader('1a 01 08 96 01');
  outer.next();
  const inner = outer.message();
  inner.next();
  expect(refusal(() => inner.int()).kind).toBe('corrupt');
});

test('messages in messages have an end', () => {
  let bytes = new Uint8Array(0);
  for (let i = 0; i < 100; i++) bytes = new Uint8Array(new ProtobufWriter().bytes(1, bytes).finish());
  const dive = (message: ProtobufReader): void => {
    if (message.next() !== undefined) dive(message.message());
  };
  expect(refusal(() => dive(reader(bytes))).message).toMatch(/nested deeper than 64/);
});
