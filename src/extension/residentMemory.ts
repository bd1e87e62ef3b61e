import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { promisify } from 'node:util';

const KB = 1024;

/** Whether `residentMemory` counts what is only mapped from files, which the system can drop at any time. */
export const COUNTS_MAPPED = process.platform !== 'linux';

/**
 * Resident memory of a process in bytes, where the system tells it without what is only mapped from files.
 * @throws Error when the process is gone
 */
export async function residentMemory(pid: number): Promise<number> {
  switch (process.platform) {
    case 'linux':
      return unmapped(await readFile(`/proc/${pid}/status`, 'utf8'));
    case 'win32':
      return kilobytes(/"([\d.,\s]+) K"/, await output('tasklist', '/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'));
    default:
      return kilobytes(/(\d+)/, await output('ps', '-o', 'rss=', '-p', String(pid)));
  }
}

const unmapped = (status: string): number => kilobytes(/^RssAnon:\s*(\d+) kB$/m, status) + kilobytes(/^RssShmem:\s*(\d+) kB$/m, status);

const output = async (file: string, ...args: string[]): Promise<string> => (await promisify(execFile)(file, args)).stdout;

const kilobytes = (pattern: RegExp, text: string): number => Number(pattern.exec(text)?.[1]?.replace(/\D/g, '') ?? 0) * KB;
