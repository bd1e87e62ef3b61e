import { stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/**
 * Waits until a file has stopped growing: whoever writes it (a training script's export, say) may take seconds.
 * @param quiet milliseconds in which neither its size nor its time of change moves
 * @returns whether it is there; false as well once `signal` aborts
 */
export async function settled(file: string, quiet: number, signal: AbortSignal): Promise<boolean> {
  for (let before = await stampOf(file); ; ) {
    await setTimeout(quiet, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return false;
    const now = await stampOf(file);
    if (now === before) return now !== undefined;
    before = now;
  }
}

/** Changes with a file; undefined where it is not there. */
export async function stampOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found && `${found.size} ${found.mtimeNs}`;
}
