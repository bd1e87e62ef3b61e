import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { WorkerClient } from '../../src/extension/workerClient.ts';
import type { WorkerOptions } from '../../src/extension/workerProcess.ts';
import type { RemoteError } from '../../src/protocol/rpc.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const SAMPLE = path.join(root, 'samples/shapes.onnx');
export const sampleImage = (name: string): string => path.join(root, 'samples/images', name);
/** An image for the sample's input, or for another. */
export const sourcesOf = (path: string, input = 'image') => ({ [input]: { kind: 'image', path } as const });

/** Bundles the worker as the product has it, from the sources as they are. */
async function buildWorker(): Promise<string> {
  const script = path.join(root, 'out/worker/worker.cjs');
  // files of tests that run beside this one start processes from it meanwhile
  const outfile = `${script}.${process.pid}`;
  await build({
    absWorkingDir: root,
    entryPoints: ['src/worker/worker.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['onnxruntime-node'],
    loader: { '.wasm': 'binary' },
  });
  renameSync(outfile, script);
  return script;
}

type Patience = ConstructorParameters<typeof WorkerClient>[1];

/** A client, and what it logs. */
class Observed {
  readonly log: string[] = [];
  readonly client: WorkerClient;

  constructor(options: Partial<WorkerOptions> & Pick<WorkerOptions, 'script'>, patience?: Patience) {
    const log = (line: string) => void this.log.push(line);
    this.client = new WorkerClient(() => ({ execPath: undefined, threads: 0, memoryLimit: 4 * 2 ** 30, log, ...options }), patience);
  }

  /** Of every process that was started, oldest first. */
  get pids(): number[] {
    return this.log.flatMap((line) => /^compute process (\d+) started/.exec(line)?.[1] ?? []).map(Number);
  }

  get pid(): number {
    return this.pids.at(-1) ?? Number.NaN;
  }
}

/** A folder for a file of tests, and clients of the compute process, which end with their test. */
export function useWorker() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'inspectum-worker-'));
  const running: Observed[] = [];
  let script = '';
  beforeAll(async () => {
    script = await buildWorker();
  });
  afterEach(() => {
    for (const { client } of running.splice(0)) client.dispose();
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    observed(options: Partial<WorkerOptions> = {}, patience?: Patience): Observed {
      const one = new Observed({ script, ...options }, patience);
      running.push(one);
      return one;
    },
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds until something holds. */
export async function until(holds: () => boolean, limit = 10_000): Promise<number> {
  const began = performance.now();
  while (!holds()) {
    if (performance.now() - began > limit) throw new Error(`It does not hold after ${limit} ms: ${holds}`);
    await delay(5);
  }
  return performance.now() - began;
}

/** What a call fails with. */
export const failure = (call: Promise<unknown>): Promise<RemoteError> =>
  call.then(
    () => {
      throw new Error('The call did not fail.');
    },
    (error: RemoteError) => error,
  );

/** The network sockets that a process has open: by inode on Linux, else as the system's own tool lists them. */
export async function networkSockets(pid: number): Promise<string[]> {
  if (process.platform === 'win32') return (await output('netstat', ['-ano'])).filter((line) => line.endsWith(` ${pid}`));
  // lsof fails where it finds nothing
  if (process.platform !== 'linux') return (await output('lsof', ['-nP', '-a', '-i', '-p', String(pid)]).catch(() => [])).slice(1);
  const network = new Set(
    ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].flatMap((table) => {
      const lines = readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1);
      return lines.map((line) => line.trim().split(/\s+/)[9]);
    }),
  );
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    .flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [])
    .filter((inode) => network.has(inode));
}

const output = async (command: string, args: string[]): Promise<string[]> =>
  (await promisify(execFile)(command, args)).stdout.split(/\r?\n/).filter((line) => line !== '');
