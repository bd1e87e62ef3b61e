import { setImmediate } from 'node:timers/promises';
import { InspectumError } from '../tensor/errors.ts';

/** Hears what was cancelled while the process was blocked. @throws InspectumError 'cancelled' */
export async function heard(signal: AbortSignal): Promise<void> {
  await setImmediate();
  if (signal.aborted) throw new InspectumError('cancelled', 'Cancelled.');
}

/** Runs one job after the other: sessions are not shared between two runs. A job cancelled while it waits never starts. */
export class Jobs {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(signal: AbortSignal, job: () => Promise<T> | T): Promise<T> {
    const result = this.#last.then(async () => {
      await heard(signal);
      return job();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
