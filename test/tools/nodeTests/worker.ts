// A child process of nodeTests.ts: runs the cases that it is sent, one after the other, and answers with an Outcome for each.
import process from 'node:process';
import { runCase } from './runCase.ts';

process.on('message', async ({ root, names }: { root: string; names: readonly string[] }) => {
  for (const name of names) process.send?.(await runCase(root, name));
  process.disconnect();
});
