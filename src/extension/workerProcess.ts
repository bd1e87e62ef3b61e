import { type ChildProcess, execFile, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { type Message, Peer, type WireError } from '../protocol/rpc.ts';
import type { WorkerCalls, WorkerEvents } from '../protocol/worker.ts';

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

const WATCH_INTERVAL_MS = 500;
type Listeners = { readonly [K in keyof WorkerEvents]: (payload: WorkerEvents[K]) => void };

/** One forked compute process, from its start to its end. */
export class WorkerProcess {
  readonly peer: Peer<Record<never, never>, Record<never, never>, WorkerCalls, WorkerEvents>;
  readonly #child: ChildProcess;
  readonly #watch: NodeJS.Timeout;
  #ending: WireError | undefined;

  /** @param ended called once when the process is gone, with the reason; undefined when we ended it on purpose */
  constructor(options: WorkerOptions, listeners: Listeners, ended: (reason: WireError | undefined) => void) {
    const { script, execPath, threads, memoryLimit, log } = options;
    this.#child = fork(script, threads > 0 ? [String(threads)] : [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: inspectArguments(),
      ...(execPath && { execPath }),
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' },
    });
    log(`compute process ${this.#child.pid} started`);
    this.peer = new Peer((message) => this.#child.connected && this.#child.send(message), {}, listeners);
    this.#child.on('message', (message) => this.peer.receive(message as Message));
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (data) => log(String(data).trimEnd()));
    this.#watch = setInterval(() => void this.#checkMemory(memoryLimit), WATCH_INTERVAL_MS);
    const finish = (reason: WireError): void => {
      clearInterval(this.#watch);
      this.peer.close(this.#ending ?? reason);
      log(`compute process ${this.#child.pid} ended: ${(this.#ending ?? reason).message}`);
      ended(this.#ending?.kind === 'cancelled' ? undefined : (this.#ending ?? reason));
    };
    this.#child.once('error', (error) => finish({ kind: 'engine', message: `The compute process could not be started: ${error.message}` }));
    this.#child.once('exit', (code, signal) =>
      finish({ kind: 'engine', message: `The compute process ended unexpectedly (${signal ? `signal ${signal}` : `exit code ${code}`}).` }),
    );
  }

  /** Ends the process. The reason is what waiting calls are told; kind 'cancelled': on purpose, nobody else is told. */
  end(reason: WireError): void {
    this.#ending ??= reason;
    this.#child.kill('SIGKILL');
  }

  async #checkMemory(limit: number): Promise<void> {
    const resident = await residentBytes(this.#child.pid ?? 0).catch(() => 0);
    if (resident > limit)
      this.end({
        kind: 'memory',
        message: `The compute process used ${Math.round(resident / 2 ** 20)} MB, more than the limit of ${Math.round(limit / 2 ** 20)} MB, and was ended. Raise "inspectum.memoryLimit" in the settings, or use a smaller model or image.`,
      });
  }
}

function inspectArguments(): string[] {
  const port = process.env.INSPECTUM_INSPECT;
  return port ? [`--inspect=${port}`] : [];
}

/** Resident memory of a process in bytes. */
async function residentBytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const pages = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1];
    return Number(pages) * 4096;
  }
  const [file, args, pattern] =
    process.platform === 'win32'
      ? (['tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], /"([\d.,\s]+) K"/] as const)
      : (['ps', ['-o', 'rss=', '-p', String(pid)], /(\d+)/] as const);
  const output = await new Promise<string>((resolve, reject) =>
    execFile(file, [...args], (error, stdout) => (error ? reject(error) : resolve(stdout))),
  );
  return Number(pattern.exec(output)?.[1]?.replace(/\D/g, '') ?? 0) * 1024;
}
