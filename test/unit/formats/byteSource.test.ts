import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withFile } from '../../../src/formats/containers/byteSource.ts';
import { describeContent } from '../../../src/formats/containers/signature.ts';
import { refusal, temporaryFolder } from './models.ts';

/** A file of bytes that tell their place: byte i is i mod 251. */
function numbered(size: number): string {
  const file = path.join(temporaryFolder(), 'bytes.bin');
  writeFileSync(
    file,
    Uint8Array.from({ length: size }, (_, i) => i % 251),
  );
  return file;
}

test('reads any part, forwards and backwards, across its window and beyond it', () => {
  const size = 200_000;
  withFile(numbered(size), (source) => {
    expect(source.size).toBe(size);
    for (const [offset, length] of [
      [0, 10],
      [32_760, 16],
      [5, 3],
      [100_000, 90_000],
      [size - 1, 1],
      [size, 0],
      [0, size],
    ] as const) {
      const bytes = source.read(offset, length);
      expect(bytes.length).toBe(length);
      expect(bytes.every((byte, i) => byte === (offset + i) % 251)).toBe(true);
    }
  });
});

test.each([
  [90, 11],
  [101, 0],
  [-1, 2],
  [0, -1],
  [0, 2 ** 53],
])('bytes %i, %i are not there', (offset, length) => {
  const file = numbered(100);
  const error = refusal(() => withFile(file, (source) => source.read(offset, length)));
  expect(error.kind).toBe('corrupt');
  expect(error.message).toContain(file);
});

test('a file that shrinks while it is read', () => {
  const file = numbered(100_000);
  const error = refusal(() =>
    withFile(file, (source) => {
      truncateSync(file, 10);
      source.read(50_000, 10);
    }),
  );
  expect(error).toMatchObject({ kind: 'corrupt', message: expect.stringMatching(/shrank/) });
});

test('the file is closed however its use ends', () => {
  const file = numbered(10);
  for (let i = 0; i < 2000; i++) {
    expect(() =>
      withFile(file, () => {
        throw new Error('no');
      }),
    ).toThrow('no');
  }
});

test.each([
  ['89504e470d0a1a0a', 'a PNG image'],
  ['ffd8ffe000104a46', 'a JPEG image'],
  ['894844460d0a1a0a', 'an HDF5 file (older Keras files are such)'],
  ['1f8b0800', 'compressed by gzip: unpack it first'],
  ['080a120770797468', undefined],
  ['', undefined],
])('%s: %s', (hex, words) => {
  expect(describeContent(Buffer.from(hex, 'hex'))).toBe(words);
});
