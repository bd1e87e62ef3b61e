import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { InspectumError } from '../../tensor/errors.ts';

/** Random access to the bytes of a file, so that a reader touches only what it needs. */
export interface ByteSource {
  /** For messages and for references to weights: the absolute path. */
  readonly path: string;
  readonly size: number;
  /** Exactly `length` bytes. Throws InspectumError 'corrupt' where the file ends before. */
  read(offset: number, length: number): Uint8Array;
}

const WINDOW = 1 << 15;

/** A file read through one sliding window; large reads bypass it. */
export class FileSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  #window: Uint8Array = new Uint8Array(0);
  #start = 0;

  /** Throws InspectumError 'missing' where there is no such file. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#fd = openSync(path, 'r');
    } catch (cause) {
      throw new InspectumError('missing', `${path}: cannot be opened (${(cause as NodeJS.ErrnoException).code}).`, { cause });
    }
    const stat = fstatSync(this.#fd);
    if (!stat.isFile()) {
      this.close();
      throw new InspectumError('missing', `${path}: is not a file.`);
    }
    this.size = stat.size;
  }

  read(offset: number, length: number): Uint8Array {
    if (offset < 0 || length < 0 || offset + length > this.size)
      throw new InspectumError(
        'corrupt',
        `${this.path}: the file ends at byte ${this.size}, but byte ${offset + length} is needed. It is truncated or damaged.`,
      );
    if (length > WINDOW) return this.#load(offset, length);
    const end = this.#start + this.#window.length;
    if (offset < this.#start || offset + length > end) {
      this.#window = this.#load(offset, Math.min(WINDOW, this.size - offset));
      this.#start = offset;
    }
    return this.#window.subarray(offset - this.#start, offset - this.#start + length);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #load(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const got = readSync(this.#fd, bytes, done, length - done, offset + done);
      if (got === 0) throw new InspectumError('corrupt', `${this.path}: shrank while it was being read.`);
      done += got;
    }
    return bytes;
  }
}

/** Opens a file for the time of `use`. */
export function withFile<T>(path: string, use: (source: FileSource) => T): T {
  const source = new FileSource(path);
  try {
    return use(source);
  } finally {
    source.close();
  }
}
