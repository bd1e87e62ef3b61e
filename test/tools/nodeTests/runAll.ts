import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Outcome, STAGES } from './runCase.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const CHUNK = 100;
const PROCESSES = 2;
/** A case that takes longer is ended. */
const SECONDS = 30;

/** Runs every case in child processes, so that an engine that takes its process down costs one case. */
export async function runAll(root: string, names: readonly string[]): Promise<Outcome[]> {
  const pending = [...names];
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (let chunk = pending.splice(0, CHUNK); chunk.length > 0; chunk = pending.splice(0, CHUNK))
      outcomes.push(...(await runChunk(root, chunk)));
  };
  await Promise.all(Array.from({ length: PROCESSES }, lane));
  return outcomes.sort((a, b) => a.name.localeCompare(b.name));
}

async function runChunk(root: string, names: readonly string[]): Promise<Outcome[]> {
  const done: Outcome[] = [];
  while (done.length < names.length) {
    const left = names.slice(done.length);
    const ended = await runUntilEnd(root, left, (outcome) => done.push(outcome));
    const culprit = names[done.length];
    if (culprit !== undefined) done.push(crashed(culprit, ended));
  }
  return done;
}

const crashed = (name: string, how: string): Outcome => ({
  name,
  operators: [],
  failures: Object.fromEntries(STAGES.map((stage) => [stage, `the process ${how}`])),
});

/** Resolves when the child has ended, with how it ended. */
function runUntilEnd(root: string, names: readonly string[], onOutcome: (outcome: Outcome) => void): Promise<string> {
  return new Promise((resolve) => {
    const child = fork(WORKER, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    let isLate = false;
    const limit = (): NodeJS.Timeout =>
      setTimeout(() => {
        isLate = true;
        child.kill('SIGKILL');
      }, SECONDS * 1000);
    let timer = limit();
    child.on('message', (outcome) => {
      clearTimeout(timer);
      timer = limit();
      onOutcome(outcome as Outcome);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve(isLate ? `took longer than ${SECONDS} s` : `ended with ${signal ?? `exit code ${code}`}`);
    });
    child.send({ root, names });
  });
}
