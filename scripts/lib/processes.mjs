// Child processes that never outlive us: each gets a process group of its own, which is ended with it.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const windows = process.platform === 'win32';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (!child.pid) return;
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // the group has already ended
  }
}

process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, minutes?: number, quiet?: boolean }} [options]
 *   `minutes`: the time limit; `quiet`: show the output only when the command fails.
 * @returns {Promise<string>} its output when quiet, else ''
 * @throws {Error} when it fails, cannot be started or takes too long
 */
export function run(command, args, { cwd, env = process.env, minutes = 10, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const output = quiet ? 'pipe' : 'inherit';
    // Node starts .cmd files through a shell only, which wants its words quoted
    const shell = windows && command.endsWith('.cmd');
    const words = [command, ...args].map((word) => (shell ? `"${word}"` : word));
    const child = spawn(/** @type {string} */ (words[0]), words.slice(1), {
      cwd,
      env,
      shell,
      detached: !windows,
      stdio: ['ignore', output, output],
    });
    running.add(child);
    let text = '';
    child.stdout?.on('data', (data) => (text += data));
    child.stderr?.on('data', (data) => (text += data));
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      signalGroup(child, 'SIGKILL');
    }, minutes * 60_000);
    child.once('error', (error) => {
      clearTimeout(limit);
      running.delete(child);
      reject(error);
    });
    child.once('exit', () => signalGroup(child, 'SIGKILL'));
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      running.delete(child);
      if (code === 0) return resolve(text);
      const how = late ? `took longer than ${minutes} minutes` : `ended with ${signal ?? `exit code ${code}`}`;
      reject(new Error(`${[command, ...args].join(' ')} ${how}${text ? `:\n${text}` : ''}`));
    });
  });
}

/** The Node that runs the tools: several want 22 or later. npm scripts run under the one of the "node" package. */
export const nodeProgram =
  Number.parseInt(process.versions.node, 10) >= 22
    ? process.execPath
    : fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));

/**
 * Runs a JavaScript file under a Node that is new enough.
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export const runNode = (args, options) => run(nodeProgram, args, options);

/**
 * Ends this process as the signal asks, after `cleanUp`; children started by `run` are ended too.
 * @param {() => Promise<void>} [cleanUp]
 */
export function onInterrupt(cleanUp = async () => {}) {
  let ending = false;
  for (const [signal, number] of /** @type {const} */ ([
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ]))
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      cleanUp()
        .catch((error) => console.error(error))
        .finally(() => process.exit(128 + number));
    });
}
