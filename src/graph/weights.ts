import { closeSync, openSync, readSync } from 'node:fs';
import { InspectumError } from '../tensor/errors.ts';
import { fromBytes, isMemoryDType, type Tensor, toFloat32 } from '../tensor/tensor.ts';
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
  const stored = source.kind === 'file' ? source.stored : undefined;
  if (stored === undefined) return fromBytes(dtype, dims, readBytes(initializer));
  if (!isMemoryDType(stored) || stored === 'string') throw new TypeError(`${name} cannot be converted from ${stored}`);
  return toFloat32(fromBytes(stored, dims, readBytes(initializer)));
}

/** The raw little-endian bytes of a weight as they stand in its file, or are kept raw. */
export function readBytes({ name, source }: Initializer): Uint8Array {
  if (source.kind === 'raw') return source.bytes;
  if (source.kind === 'memory') throw new TypeError(`${name} is in memory`);
  const bytes = new Uint8Array(source.length);
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
