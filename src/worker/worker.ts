import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { machineLimit } from '../app/engine/memory.ts';
import { type Message, Peer } from '../protocol/rpc.ts';
import type { WorkerArguments, WorkerCalls, WorkerEvents } from '../protocol/worker.ts';
import { handlers } from './handlers.ts';
import { Jobs } from './jobs.ts';

const { threads, memoryLimit }: WorkerArguments = JSON.parse(process.argv[2] ?? '');
const REMEDY = 'Raise "inspectum.memoryLimit" in the settings, or use a smaller image.';
const machine = machineLimit();

let sending: Promise<void> = Promise.resolve();
const post = (message: Message): void => {
  sending = new Promise((resolve) => process.send?.(message, () => resolve()));
};
/** Settles when the answer that is about to be given has left the process, which a run would hold back. */
const answered = async (): Promise<void> => {
  await setImmediate();
  await sending;
};

const peer = new Peer<WorkerCalls, WorkerEvents, Record<never, never>, Record<never, never>>(
  post,
  handlers(new Jobs(), {
    options: {
      ...(threads > 0 && { threads }),
      memoryLimit: memoryLimit.bytes < machine.bytes ? { ...memoryLimit, remedy: REMEDY } : machine,
    },
    answered,
    progress: (model, progress) => peer.tell('progress', { model, progress }),
  }),
);
process.on('message', (message) => peer.receive(message as Message));
process.on('disconnect', () => process.exit(0));
