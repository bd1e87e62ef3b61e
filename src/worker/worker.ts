import process from 'node:process';
import { Jobs } from './jobs.ts';
import { Peer, type Message } from '../protocol/rpc.ts';
import type { WorkerCalls, WorkerEvents } from '../protocol/worker.ts';
import { handlers } from './handlers.ts';

const peer = new Peer<WorkerCalls, WorkerEvents, Record<never, never>, Record<never, never>>(
  (message) => process.send?.(message),
  handlers(new Jobs(), (model, progress) => peer.tell('progress', { model, progress })),
);
process.on('message', (message) => peer.receive(message as Message));
process.on('disconnect', () => process.exit(0));
