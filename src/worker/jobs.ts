import { InspectumError } from '../tensor/errors.ts';

/** Runs one job after the other: sessions are not shared between two runs. A job cancelled while it waits never starts. */
export class Jobs {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(signal: AbortSignal, job: () => Promise<T> | T): Promise<T> {
    const result = this.#last.then(() => {
      if (signal.aborted) throw new InspectumError('cancelled', 'Cancelled.');
      return job();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
