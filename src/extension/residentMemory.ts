import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { promisify } from 'node:util';

const KB = 1024;

/**
 * Resident memory of a process in bytes.
 * @throws Error when the process is gone
 */
export async function residentMemory(pid: number): Promise<number> {
  switch (process.platform) {
    case 'linux':
      return kilobytes(/^VmRSS:\s*(\d+) kB$/m, await readFile(`/proc/${pid}/status`, 'utf8'));
    case 'win32':
      return kilobytes(/"([\d.,\s]+) K"/, await output('tasklist', '/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'));
    default:
      return kilobytes(/(\d+)/, await output('ps', '-o', 'rss=', '-p', String(pid)));
  }
}

const output = async (file: string, ...args: string[]): Promise<string> => (await promisify(execFile)(file, args)).stdout;

const kilobytes = (pattern: RegExp, text: string): number => Number(pattern.exec(text)?.[1]?.replace(/\D/g, '') ?? 0) * KB;
