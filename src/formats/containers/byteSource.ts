import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { InspectumError } from '../../tensor/errors.ts';

/** Random access to the bytes of a file, so that a reader touches only what it needs. */
export interface ByteSource {
  /** For messages and for references to weights: the absolute path. */
  readonly path: string;
  readonly size: number;
  /** Exactly `length` bytes. Throws InspectumError 'corrupt' where the file ends before. */
  read(offset: number, length: number): Uint8Array;
}

/** Where bytes stand in the file. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

const WINDOW = 1 << 15;

/** A file read through one sliding window; large reads bypass it. */
export class FileSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  #window: Uint8Array = new Uint8Array(0);
  #start = 0;

  /** Throws InspectumError 'missing' where there is no such file, or none that may be read. */
  constructor(path: string) {
    this.path = path;
    try {
      // Before it is opened: to open a pipe waits for a writer.
      this.size = fileSize(path, statSync(path));
      this.#fd = openSync(path, 'r');
    } catch (cause) {
      if (cause instanceof InspectumError) throw cause;
      throw new InspectumError('missing', `${path}: ${whyUnreadable(cause)}.`, { cause });
    }
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

function fileSize(path: string, stat: Stats): number {
  if (stat.isFile()) return stat.size;
  throw new InspectumError('missing', `${path}: is ${stat.isDirectory() ? 'a folder' : 'a device or pipe'}, not a file.`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'may not be read: its permissions forbid it',
  EPERM: 'may not be read: its permissions forbid it',
};

function whyUnreadable(cause: unknown): string {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  return REASONS[code] ?? `cannot be opened (${code})`;
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
