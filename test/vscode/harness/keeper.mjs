// Runs a command in a process group of its own, and ends that whole group when the command ends or whoever started us is gone: however
// that one died, its end of our standard input closes. Usage: node keeper.mjs command [argument...]
import { spawn } from 'node:child_process';
import process from 'node:process';

const GRACE_MS = 5000;
const [command, ...args] = process.argv.slice(2);
const child = spawn(/** @type {string} */ (command), args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });

/** @param {NodeJS.Signals} signal */
function signalGroup(signal) {
  try {
    process.kill(-(/** @type {number} */ (child.pid)), signal);
  } catch {
    // the group has already ended
  }
}

function end() {
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), GRACE_MS).unref();
}

child.once('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
child.once('exit', (code) => {
  signalGroup('SIGKILL');
  process.exit(code ?? 1);
});
process.stdin.on('end', end).on('error', end).resume();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, end);
