import { describe, expect, test } from 'vitest';
import type { ErrorKind } from '../../../src/tensor/errors.ts';
import { readNpy, writeNpy } from '../../../src/tensor/npy.ts';
import { floats } from '../../../src/tensor/tensor.ts';
import { refusal } from '../formats/models.ts';

/** A .npy file of a header and data. */
function npy(header: string, data: ArrayBufferView | number[], version = 1): Uint8Array {
  const body = Array.isArray(data) ? Buffer.from(data) : Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  const size = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) size.writeUInt16LE(header.length);
  else size.writeUInt32LE(header.length);
  return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.from([version, 0]), size, Buffer.from(header, 'latin1'), body]);
}

const header = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

// numpy.save(f, numpy.arange(3, dtype=numpy.int32).reshape(3, 1)), to the byte.
const SAVED_BY_NUMPY =
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAQAAAAIAAAA=';

describe('reading', () => {
  test('a file that NumPy saved', () => {
    const t = readNpy(Buffer.from(SAVED_BY_NUMPY, 'base64'), 'x.npy');
    expect([t.dtype, t.dims, [...t.data]]).toEqual(['int32', [3, 1], [0, 1, 2]]);
  });

  test.each([
    ['<f4', Float32Array.of(1.5, -2), 'float32'],
    ['<f8', Float64Array.of(0.1, -2), 'float64'],
    ['|u1', Uint8Array.of(0, 255), 'uint8'],
    ['<i4', Int32Array.of(-1, 2), 'int32'],
    ['<i8', BigInt64Array.of(-1n, 2n ** 62n), 'int64'],
  ])('%s', (descr, data, dtype) => {
    const t = readNpy(npy(header(descr, '(2,)'), data), 'x.npy');
    expect([t.dtype, t.dims, [...t.data]]).toEqual([dtype, [2], [...data]]);
  });

  test('scalars, empty arrays and later versions', () => {
    expect(readNpy(npy(header('<f4', '()'), Float32Array.of(7)), 'x.npy')).toMatchObject({ dims: [] });
    expect(readNpy(npy(header('<f4', '(0, 3)'), []), 'x.npy')).toMatchObject({ dims: [0, 3] });
    expect(readNpy(npy(header('<f4', '(1, 1)'), Float32Array.of(7), 2), 'x.npy')).toMatchObject({ dims: [1, 1] });
    expect(readNpy(npy(header('<f4', '(1,)', 'True'), Float32Array.of(7)), 'x.npy')).toMatchObject({ dims: [1] });
  });

  const four = Float32Array.of(1, 2, 3, 4);
  const REFUSED: readonly (readonly [string, Uint8Array, ErrorKind, RegExp])[] = [
    ['nothing', new Uint8Array(0), 'corrupt', /not a NumPy/],
    ['a magic and no more', Buffer.from('\x93NUMPY\x01\x00', 'latin1'), 'corrupt', /not a NumPy/],
    ['text', Buffer.from('1,2,3\n4,5,6\n'), 'corrupt', /not a NumPy/],
    ['a header longer than the file', npy(header('<f4', '(4,)'), four).subarray(0, 40), 'corrupt', /header/],
    ['a header of gigabytes', npy(header('<f4', '(4,)'), four, 2).fill(0xff, 8, 12), 'corrupt', /header/],
    ['no header', npy('hello', four), 'corrupt', /header cannot be read/],
    ['a shape of words', npy(header('<f4', '(two, 2)'), four), 'corrupt', /header cannot be read/],
    ['a negative shape', npy(header('<f4', '(-2, -2)'), four), 'corrupt', /header cannot be read/],
    ['too few bytes', npy(header('<f4', '(5,)'), four), 'corrupt', /20 bytes, but holds 16/],
    ['too many bytes', npy(header('<f4', '(3,)'), four), 'corrupt', /12 bytes, but holds 16/],
    ['an absurd shape', npy(header('<f4', '(99999999999999999999, 99999999999)'), four), 'too-large', /more than/],
    ['complex numbers', npy(header('<c8', '(2,)'), four), 'unsupported', /<c8/],
    ['the other byte order', npy(header('>f4', '(4,)'), four), 'unsupported', />f4/],
    ['objects', npy(header('|O', '(2,)'), four), 'unsupported', /\|O/],
    ['records', npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }\n", four), 'unsupported', /type/],
    ['a name of JavaScript', npy(header('constructor', '(4,)'), four), 'unsupported', /constructor/],
    ['Fortran order', npy(header('<f4', '(2, 2)', 'True'), four), 'unsupported', /ascontiguousarray/],
  ];

  test.each(REFUSED)('%s is refused', (_, bytes, kind, words) => {
    const error = refusal(() => readNpy(bytes, 'x.npy'));
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(/^x\.npy: /);
    expect(error.message).toMatch(words);
  });

  test('a header that begins a thousand times takes no time', () => {
    const started = performance.now();
    expect(refusal(() => readNpy(npy("'shape': (1,".repeat(800), []), 'x.npy')).kind).toBe('corrupt');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

test.each([[[]], [[4]], [[1, 2, 2]], [[0]]])('what is written is read again: %s', (dims: number[]) => {
  const count = dims.reduce((n, d) => n * d, 1);
  const t = floats(
    dims,
    Array.from({ length: count }, (_, i) => i / 3),
  );
  const bytes = writeNpy(t);
  expect(readNpy(bytes, 'x.npy')).toEqual(t);
  // NumPy wants the data at a multiple of 64 bytes.
  expect((bytes.length - 4 * count) % 64).toBe(0);
});
