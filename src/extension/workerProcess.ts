import { type ChildProcess, fork } from 'node:child_process';
import process from 'node:process';
import { type Message, Peer, type WireError } from '../protocol/rpc.ts';
import type { WorkerArguments, WorkerCalls, WorkerEvents } from '../protocol/worker.ts';
import { COUNTS_MAPPED, residentMemory } from './residentMemory.ts';

export interface WorkerOptions {
  readonly script: string;
  /** The Node.js that runs it; undefined: the one of VS Code. */
  readonly execPath: string | undefined;
  /** Threads for one operator; 0: the engine's default. */
  readonly threads: number;
  /** Resident memory, in bytes, past which the process is ended. */
  readonly memoryLimit: number;
  readonly log: (line: string) => void;
}

/** Of a call whose process was ended on purpose, for somebody else's sake: it may be asked again. */
export const RESTARTED = 'restarted';

const WATCH_INTERVAL_MS = 250;
const MB = 2 ** 20;
type Listeners = { readonly [K in keyof WorkerEvents]: (payload: WorkerEvents[K]) => void };

/** One forked compute process, from its start to its end. */
export class WorkerProcess {
  readonly peer: Peer<Record<never, never>, Record<never, never>, WorkerCalls, WorkerEvents>;
  readonly #child: ChildProcess;
  readonly #options: WorkerOptions;
  #watch: NodeJS.Timeout | undefined;
  readonly #ended: (reason: WireError) => void;
  #ending: WireError | undefined;
  #gone = false;

  /** @param ended called once, when the process is gone, with the reason; kind RESTARTED: it was ended on purpose */
  constructor(options: WorkerOptions, listeners: Listeners, ended: (reason: WireError) => void) {
    const { script, execPath, threads, memoryLimit, log } = options;
    this.#options = options;
    this.#ended = ended;
    const told: WorkerArguments = { threads, memoryLimit: { bytes: memoryLimit, countsMapped: COUNTS_MAPPED } };
    const child = fork(script, [JSON.stringify(told)], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: inspectArguments(),
      ...(execPath && { execPath }),
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' },
    });
    this.#child = child;
    // what cannot be sent is answered when the process ends, which it is then about to
    this.peer = new Peer((message) => child.connected && child.send(message, () => undefined), {}, listeners);
    child.on('message', (message) => this.peer.receive(message as Message));
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => log(String(data).trimEnd()));
    this.#watchMemory();
    child.on('error', (error) => this.#finish(`could not be run: ${error.message}`));
    child.on('exit', (code, signal) => this.#finish(`ended unexpectedly (${signal ? `signal ${signal}` : `exit code ${code}`})`));
    log(`compute process ${child.pid} started`);
  }

  /** Ends the process. The reason is what waiting calls are told. */
  end(reason: WireError): void {
    this.#ending ??= reason;
    this.#child.kill('SIGKILL');
  }

  #finish(what: string): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#watch);
    const reason = this.#ending ?? { kind: 'engine', message: `The compute process ${what}. "Inspectum: Show Log" may say more.` };
    this.#options.log(`compute process ${this.#child.pid} ended: ${reason.message}`);
    this.#ended(reason);
    this.peer.close(reason);
  }

  /** The next look begins when the last has ended: where it takes another program, that may take longer than the interval. */
  #watchMemory(): void {
    this.#watch = setTimeout(async () => {
      await this.#checkMemory();
      if (!this.#gone) this.#watchMemory();
    }, WATCH_INTERVAL_MS);
  }

  async #checkMemory(): Promise<void> {
    const { memoryLimit } = this.#options;
    const resident = await residentMemory(this.#child.pid ?? 0).catch(() => 0);
    if (this.#gone || resident <= memoryLimit) return;
    this.end({
      kind: 'memory',
      message: `The compute process used ${Math.round(resident / MB)} MB, more than the limit of ${Math.round(memoryLimit / MB)} MB, and was ended. What is shown stays. "Retry" works with less memory and explains layers one by one; to explain all in one pass raise "inspectum.memoryLimit" in the settings, or use a smaller image.`,
    });
  }
}

function inspectArguments(): string[] {
  const port = process.env.INSPECTUM_INSPECT;
  return port ? [`--inspect=${port}`] : [];
}
