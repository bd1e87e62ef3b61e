import type { WireError } from '../protocol/rpc.ts';
import { RemoteError } from '../protocol/rpc.ts';
import type { WorkerCalls, WorkerEvents } from '../protocol/worker.ts';
import { type WorkerOptions, WorkerProcess } from './workerProcess.ts';

/** How long the process stays after its last user is gone. */
const GRACE_MS = 10_000;
/** A cancelled run that still blocks the process after this time is ended with it. */
const CANCEL_MS = 500;
const PING_MS = 300;

type ParamsOf<K extends keyof WorkerCalls> = Parameters<WorkerCalls[K]>[0];
type ResultOf<K extends keyof WorkerCalls> = ReturnType<WorkerCalls[K]>;

/**
 * The compute process as its users see it: started when it is first asked, shared, ended a while after the last user,
 * restarted after a crash when it is asked again.
 */
export class WorkerClient {
  readonly #options: () => WorkerOptions;
  readonly #stopped = new Set<(reason: WireError) => void>();
  readonly #progress = new Set<(event: WorkerEvents['progress']) => void>();
  #process: WorkerProcess | undefined;
  #users = 0;
  #grace: NodeJS.Timeout | undefined;

  /** Counts processes: what was opened in an earlier one is gone. */
  generation = 0;

  constructor(options: () => WorkerOptions) {
    this.#options = options;
  }

  /** Keeps the process alive until the returned function is called. */
  use(): () => void {
    this.#users++;
    clearTimeout(this.#grace);
    let used = true;
    return () => {
      if (!used) return;
      used = false;
      if (--this.#users === 0) this.#grace = setTimeout(() => this.end(), GRACE_MS);
    };
  }

  /** Asks the process. Aborting settles within a second: where the process does not listen, it is ended. */
  async call<K extends keyof WorkerCalls>(name: K, params: ParamsOf<K>, signal?: AbortSignal): Promise<ResultOf<K>> {
    const running = this.#start();
    const onAbort = () => setTimeout(() => void this.#endIfBlocked(running), CANCEL_MS);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return (await running.peer.call(name, params as never, signal)) as ResultOf<K>;
    } finally {
      if (!signal?.aborted) signal?.removeEventListener('abort', onAbort);
    }
  }

  onStopped(listener: (reason: WireError) => void): { dispose(): void } {
    this.#stopped.add(listener);
    return { dispose: () => this.#stopped.delete(listener) };
  }

  onProgress(listener: (event: WorkerEvents['progress']) => void): { dispose(): void } {
    this.#progress.add(listener);
    return { dispose: () => this.#progress.delete(listener) };
  }

  /** Ends the process on purpose; the next call starts another. */
  end(): void {
    this.#process?.end({ kind: 'cancelled', message: 'Cancelled.' });
    this.#process = undefined;
  }

  #start(): WorkerProcess {
    if (this.#process) return this.#process;
    this.generation++;
    const started: WorkerProcess = new WorkerProcess(
      this.#options(),
      {
        progress: (event) => {
          for (const listener of this.#progress) listener(event);
        },
      },
      (reason) => {
        if (this.#process === started) this.#process = undefined;
        if (reason) for (const listener of this.#stopped) listener(reason);
      },
    );
    this.#process = started;
    return started;
  }

  async #endIfBlocked(running: WorkerProcess): Promise<void> {
    if (this.#process !== running) return;
    const timeout = AbortSignal.timeout(PING_MS);
    try {
      await running.peer.call('ping', null, timeout);
    } catch (error) {
      if (error instanceof RemoteError && error.kind === 'cancelled' && this.#process === running) this.end();
    }
  }
}
