import { readFileSync, statSync } from 'node:fs';
import { InspectumError } from '../../tensor/errors.ts';

const MAX_BYTES = 16 * 2 ** 20;

/**
 * A small text file, without a byte order mark.
 * @throws InspectumError 'missing' where it is not there, no file, or may not be read; 'too-large'
 */
export function readText(file: string): string {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw new InspectumError('missing', `${file}: is not a file.`);
    if (stat.size > MAX_BYTES)
      throw new InspectumError('too-large', `${file}: is larger than ${MAX_BYTES / 2 ** 20} MB, which no such file should be.`);
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    if (cause instanceof InspectumError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new InspectumError('missing', `${file}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}.`, { cause });
  }
}

/** A JSON file's content. @throws InspectumError as `readText` does; 'corrupt' where it is not JSON */
export function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InspectumError('corrupt', `${file}: is not valid JSON: ${(cause as Error).message}`, { cause });
  }
}
