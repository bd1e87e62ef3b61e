import { closeSync, openSync, readSync } from 'node:fs';
import { byteLength } from '../tensor/dtype.ts';
import { InspectumError } from '../tensor/errors.ts';
import { fromBytes, isMemoryDType, sizeOf, type Tensor } from '../tensor/tensor.ts';
import type { Initializer } from './graph.ts';

/**
 * The value of a weight, read from its file now.
 * @throws InspectumError 'unsupported' for dtypes that are only shown (float8, 4-bit, complex); 'missing' or 'corrupt' when the file
 * went away or shrank since the model was opened
 */
export function readInitializer(initializer: Initializer): Tensor {
  const { name, dtype, dims, source } = initializer;
  if (source.kind === 'memory') return source.tensor;
  if (!isMemoryDType(dtype) || dtype === 'string')
    throw new InspectumError('unsupported', `weight ${name}: values of type ${dtype} can be shown but not computed with.`);
  return fromBytes(dtype, dims, readBytes(initializer));
}

/** The raw little-endian bytes of a weight that stands in a file or is kept raw. */
export function readBytes({ name, dtype, dims, source }: Initializer): Uint8Array {
  if (source.kind === 'raw') return source.bytes;
  if (source.kind === 'memory') throw new TypeError(`${name} is in memory`);
  const bytes = new Uint8Array(byteLength(dtype, sizeOf(dims)));
  let fd: number;
  try {
    fd = openSync(source.path, 'r');
  } catch (cause) {
    throw new InspectumError(
      'missing',
      `${source.path}: the weights of ${name} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      { cause },
    );
  }
  try {
    for (let done = 0; done < bytes.length; ) {
      const got = readSync(fd, bytes, done, bytes.length - done, source.offset + done);
      if (got === 0)
        throw new InspectumError(
          'corrupt',
          `${source.path}: ends before the weights of ${name}. Has the file changed since it was opened?`,
        );
      done += got;
    }
  } finally {
    closeSync(fd);
  }
  return bytes;
}
