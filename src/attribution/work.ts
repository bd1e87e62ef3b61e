import { setImmediate } from 'node:timers/promises';
import { InspectumError } from '../tensor/errors.ts';
import type { Attribution } from './method.ts';

/** Who waits for a long method: what they may hear and say while it runs. */
export interface Waiting {
  readonly signal?: AbortSignal;
  /** @param partial what the result is so far, made when it is asked for; undefined where a part means nothing */
  readonly progress?: (done: number, total: number, partial?: () => Attribution) => void;
}

/** The steps of one method: between two of them it can be cancelled. */
export class Work {
  readonly #waiting: Waiting;

  constructor(waiting: Waiting = {}) {
    this.#waiting = waiting;
  }

  /**
   * The work of the i-th of `count` parts, which report how far the whole is.
   * @param isResult whether what there is of the part's result is also what there is of the whole's
   */
  part(i: number, count: number, isResult = false): Work {
    const { signal, progress } = this.#waiting;
    return new Work({
      ...(signal && { signal }),
      ...(progress && {
        progress: (done, total, partial) => progress(i * total + done, count * total, isResult ? partial : undefined),
      }),
    });
  }

  /**
   * To be called after every run of a session of a method that takes several.
   * @throws InspectumError 'cancelled'
   */
  async step(done: number, total: number, partial?: () => Attribution): Promise<void> {
    this.#waiting.progress?.(done, total, partial);
    if (!this.#waiting.signal) return;
    // a run blocks the process: what was said meanwhile is heard now
    await setImmediate();
    if (this.#waiting.signal.aborted) throw new InspectumError('cancelled', 'Cancelled.');
  }
}
