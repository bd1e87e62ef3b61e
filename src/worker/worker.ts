import process from 'node:process';
import { type Message, Peer } from '../protocol/rpc.ts';
import type { WorkerCalls, WorkerEvents } from '../protocol/worker.ts';
import { handlers } from './handlers.ts';
import { Jobs } from './jobs.ts';

/** The one argument: threads for an operator. */
const threads = Number(process.argv[2] ?? 0);

const peer = new Peer<WorkerCalls, WorkerEvents, Record<never, never>, Record<never, never>>(
  (message) => process.send?.(message),
  handlers(new Jobs(), threads > 0 ? { threads } : {}, (model, progress) => peer.tell('progress', { model, progress })),
);
process.on('message', (message) => peer.receive(message as Message));
process.on('disconnect', () => process.exit(0));
