// code-server: VS Code served to a browser.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { run } from '../../../scripts/lib/processes.mjs';

const START_LIMIT_MS = 60_000;
const keeper = fileURLToPath(new URL('keeper.mjs', import.meta.url));

/**
 * @typedef {import('../../../scripts/toolchain/vscode.mjs').CodeServer} CodeServer
 * @typedef {Pick<import('./profile.mjs').Profile, 'data' | 'extensions' | 'env'>} Profile
 * @typedef {{ host: string, gone: Promise<void>, stop: () => Promise<void> }} Server
 */

/** @param {Profile} profile */
function commonFlags({ data, extensions }) {
  const config = path.join(data, 'code-server.yaml');
  writeFileSync(config, '');
  return ['--config', config, '--user-data-dir', data, '--extensions-dir', extensions];
}

/**
 * @param {CodeServer} vscode
 * @param {Profile} profile
 * @param {string} vsix
 */
export async function installIntoServer(vscode, profile, vsix) {
  const args = [vscode.entry, ...commonFlags(profile), '--install-extension', vsix];
  const output = await run(vscode.node, args, { env: profile.env, minutes: 2, quiet: true });
  if (!output.includes('successfully installed')) throw new Error(`code-server did not install ${vsix}:\n${output}`);
}

/**
 * Serves VS Code on a free port of this machine alone.
 * @param {CodeServer} vscode
 * @param {Profile} profile
 * @param {{ restricted?: boolean, flags?: string[] }} [options]
 * @returns {Promise<Server>} `host`: as in `http://host/`; `gone` settles when the server has ended, for whatever reason
 */
export async function startServer(vscode, profile, { restricted = false, flags = [] } = {}) {
  const logFile = path.join(profile.data, 'server.log');
  const log = openSync(logFile, 'w');
  const quiet = [
    '--auth',
    'none',
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-getting-started-override',
    '--ignore-last-opened',
  ];
  const trust = restricted ? [] : ['--disable-workspace-trust'];
  const args = [vscode.entry, ...commonFlags(profile), ...quiet, ...trust, '--bind-addr', '127.0.0.1:0', ...flags];
  const child = spawn(process.execPath, [keeper, vscode.node, ...args], { env: profile.env, detached: true, stdio: ['pipe', log, log] });
  closeSync(log);
  /** @type {Promise<void>} */
  const gone = new Promise((resolve) => child.once('exit', () => resolve()));
  const stop = () => {
    child.stdin?.end();
    return gone;
  };
  const late = performance.now() + START_LIMIT_MS;
  for (;;) {
    const output = readFileSync(logFile, 'utf8');
    const host = /HTTP server listening on http:\/\/([\d.]+:\d+)/.exec(output)?.[1];
    if (host && (await answers(host))) return { host, gone, stop };
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`code-server ended:\n${output}`);
    if (performance.now() > late) {
      await stop();
      throw new Error(`code-server was not ready after ${START_LIMIT_MS / 1000} s:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @param {string} host */
const answers = (host) =>
  fetch(`http://${host}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
