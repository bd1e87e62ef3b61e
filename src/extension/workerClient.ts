import { RemoteError, type WireError } from '../protocol/rpc.ts';
import type { WorkerCalls, WorkerEvents } from '../protocol/worker.ts';
import { RESTARTED, type WorkerOptions, WorkerProcess } from './workerProcess.ts';

/** Milliseconds. */
interface Patience {
  /** How long the process stays after its last user is gone. */
  readonly grace: number;
  /** How long a process may go on with what was cancelled before it is asked whether it listens. */
  readonly cancel: number;
  /** How long it may take to answer that. */
  readonly ping: number;
}

const PATIENCE: Patience = { grace: 10_000, cancel: 400, ping: 300 };

/** `model`: the one that the process worked for; undefined: for none. */
type EndListener = (reason: WireError, model: string | undefined) => void;

const RESTART: WireError = { kind: RESTARTED, message: 'The compute process was restarted.' };

const modelOf = (params: ParamsOf<keyof WorkerCalls>): string | undefined =>
  params === null ? undefined : 'path' in params ? params.path : params.model;

type ParamsOf<K extends keyof WorkerCalls> = Parameters<WorkerCalls[K]>[0];
type ResultOf<K extends keyof WorkerCalls> = ReturnType<WorkerCalls[K]>;

/**
 * The compute process as its users see it: started when it is first asked, shared, ended a while after the last user,
 * restarted after a crash when it is asked again.
 */
export class WorkerClient {
  readonly #options: () => WorkerOptions;
  readonly #patience: Patience;
  readonly #ended = new Set<EndListener>();
  readonly #progress = new Set<(event: WorkerEvents['progress']) => void>();
  #process: WorkerProcess | undefined;
  /** The model that the process works for. */
  #busyWith: string | undefined;
  /** Jobs that have ended: tells one from the next. */
  #finished = 0;
  /** The model that it worked for last: it holds memory for it after the work, too. */
  #lastWork: string | undefined;
  /** The model for whose work a process ended. */
  readonly #endedWith = new WeakMap<WorkerProcess, string>();
  #users = 0;
  #grace: NodeJS.Timeout | undefined;
  #disposed = false;

  /** Another number after every process: what was opened in an earlier one is gone. */
  generation = 0;

  /** @param options asked whenever a process is started */
  constructor(options: () => WorkerOptions, patience: Patience = PATIENCE) {
    this.#options = options;
    this.#patience = patience;
  }

  /** Keeps the process alive until the returned function is called. */
  use(): () => void {
    this.#users++;
    clearTimeout(this.#grace);
    let used = true;
    return () => {
      if (!used) return;
      used = false;
      if (--this.#users === 0) this.#grace = setTimeout(() => this.end(), this.#patience.grace);
    };
  }

  /**
   * Asks the process. Aborting settles the call at once, and takes it from the process's queue; what runs already goes on.
   * @throws RemoteError with the kind that the process gave; 'cancelled'; RESTARTED where the process was ended on purpose, or while it
   *   worked for another model; 'engine' or 'memory' where it ended otherwise
   */
  async call<K extends keyof WorkerCalls>(name: K, params: ParamsOf<K>, signal?: AbortSignal): Promise<ResultOf<K>> {
    const asked = this.#start();
    try {
      return (await asked.peer.call(name, params as never, signal)) as ResultOf<K>;
    } catch (error) {
      const culprit = this.#endedWith.get(asked);
      if (culprit === undefined || signal?.aborted || culprit === modelOf(params)) throw error;
      throw new RemoteError(RESTART);
    }
  }

  /** `listener` is told why the process ended, with kind RESTARTED where it was on purpose, and for which model it worked. */
  onEnded(listener: EndListener): { dispose(): void } {
    this.#ended.add(listener);
    return { dispose: () => this.#ended.delete(listener) };
  }

  onProgress(listener: (event: WorkerEvents['progress']) => void): { dispose(): void } {
    this.#progress.add(listener);
    return { dispose: () => this.#progress.delete(listener) };
  }

  /** Ends the process on purpose; the next call starts another. */
  end(): void {
    this.#process?.end(RESTART);
  }

  /** Within a second, ends a process that is blocked by what it now does for this model: a run cannot be stopped otherwise. */
  async endIfBlocked(model: string): Promise<void> {
    const [asked, finished] = [this.#process, this.#finished];
    await new Promise((resolve) => setTimeout(resolve, this.#patience.cancel));
    const isAtIt = () => asked && this.#process === asked && this.#busyWith === model && this.#finished === finished;
    if (!isAtIt()) return;
    await asked?.peer.call('ping', null, AbortSignal.timeout(this.#patience.ping)).catch(() => {
      if (isAtIt()) this.end();
    });
  }

  /** Ends the process for good. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#grace);
    this.end();
  }

  #start(): WorkerProcess {
    if (this.#disposed) throw new RemoteError({ kind: 'cancelled', message: 'Inspectum has ended.' });
    if (this.#process) return this.#process;
    const started: WorkerProcess = new WorkerProcess(
      this.#options(),
      {
        progress: (event) => {
          this.#busyWith = event.progress ? event.model : undefined;
          if (!event.progress) this.#finished++;
          this.#lastWork = event.model;
          for (const listener of this.#progress) listener(event);
        },
      },
      (reason) => {
        const model = reason.kind === 'memory' ? this.#lastWork : this.#busyWith;
        if (model !== undefined) this.#endedWith.set(started, model);
        this.#process = undefined;
        this.#busyWith = undefined;
        this.#lastWork = undefined;
        this.generation++;
        for (const listener of this.#ended) listener(reason, model);
      },
    );
    this.#process = started;
    return started;
  }
}
