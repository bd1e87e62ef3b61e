// One VS Code with the extension's .vsix installed, open on a folder, and driven by Playwright: in a window or in a browser.
import path from 'node:path';
import process from 'node:process';
import { resolveCliArgsFromVSCodeExecutablePath } from '@vscode/test-electron';
import { _electron } from 'playwright-core';
import { run } from '../../../scripts/lib/processes.mjs';
import { launchBrowser, recordConsole } from './browser.mjs';
import { createProfile } from './profile.mjs';
import { installIntoServer, startServer } from './server.mjs';

/**
 * @typedef {import('../../../scripts/toolchain/vscode.mjs').VSCode} VSCode
 * @typedef {import('../../../scripts/toolchain/vscode.mjs').Desktop} Desktop
 * @typedef {import('../../../scripts/toolchain/vscode.mjs').CodeServer} CodeServer
 * @typedef {import('./profile.mjs').Profile} Profile
 * @typedef {{ folder: string, restricted: boolean }} Opening
 * @typedef {{ page: import('playwright-core').Page, address?: string, gone: Promise<void>, stop: () => Promise<void> }} Opened
 * @typedef {Opened & { logs: string, close: (options?: { keepLogs?: boolean }) => Promise<string> }} Session
 */

const VIEWPORT = { width: 1280, height: 800 };

/**
 * @param {CodeServer} vscode
 * @param {Profile} profile
 * @param {Opening} opening
 * @returns {Promise<Opened>}
 */
async function openInBrowser(vscode, profile, { folder, restricted }) {
  const server = await startServer(vscode, profile, { restricted });
  const stops = [server.stop];
  try {
    const browser = await launchBrowser(vscode.chromium);
    stops.unshift(() => browser.close());
    const page = await browser.newPage({ viewport: VIEWPORT });
    const address = `http://${server.host}/?folder=${encodeURI(folder)}`;
    await page.goto(address);
    return { page, address, gone: server.gone, stop: () => inTurn(stops) };
  } catch (error) {
    await inTurn(stops);
    throw error;
  }
}

/** @param {(() => Promise<void>)[]} stops */
async function inTurn(stops) {
  for (const stop of stops) await stop();
}

/**
 * @param {Desktop} vscode
 * @param {Profile} profile
 * @param {Opening} opening
 * @returns {Promise<Opened>}
 */
async function openInWindow(vscode, profile, { folder, restricted }) {
  const quiet = ['--skip-welcome', '--skip-release-notes', '--disable-telemetry', '--disable-updates', '--use-inmemory-secretstorage'];
  const trust = restricted ? [] : ['--disable-workspace-trust'];
  const sandbox = process.getuid?.() === 0 || process.env.CI ? ['--no-sandbox'] : [];
  const app = await _electron.launch({
    executablePath: vscode.executable,
    args: [folder, '--user-data-dir', profile.data, '--extensions-dir', profile.extensions, ...quiet, ...trust, ...sandbox],
    env: /** @type {Record<string, string>} */ (profile.env),
    timeout: 60_000,
  });
  /** @type {Promise<void>} */
  const gone = new Promise((resolve) => app.once('close', () => resolve()));
  const page = await app.firstWindow();
  return { page, gone, stop: () => app.close() };
}

/**
 * @param {VSCode} vscode
 * @param {Profile} profile
 * @param {string} vsix
 */
async function install(vscode, profile, vsix) {
  if (vscode.kind === 'code-server') return installIntoServer(vscode, profile, vsix);
  const [cli, ...flags] = resolveCliArgsFromVSCodeExecutablePath(vscode.executable, { reuseMachineInstall: true });
  const own = ['--user-data-dir', profile.data, '--extensions-dir', profile.extensions];
  await run(/** @type {string} */ (cli), [...flags, ...own, '--install-extension', vsix], { env: profile.env, minutes: 3, quiet: true });
}

/**
 * Opens a folder in VS Code with the extension installed.
 * @param {{ vscode: VSCode, vsix: string, folder: string, restricted?: boolean, settings?: Record<string, unknown> }} options
 *   `restricted`: the folder is not trusted; `settings`: user settings beside the quiet ones
 * @returns {Promise<Session>} `address`: where a browser finds it too, when it is code-server; `close` answers with the folder of the logs,
 *   which is gone unless they are to be kept
 */
export async function openSession({ vscode, vsix, folder, restricted = false, settings = {} }) {
  const profile = createProfile({ restricted, settings });
  try {
    await install(vscode, profile, vsix);
    const opening = { folder: path.resolve(folder), restricted };
    const opened = await (vscode.kind === 'desktop' ? openInWindow(vscode, profile, opening) : openInBrowser(vscode, profile, opening));
    const writeConsole = recordConsole(opened.page);
    const close = async ({ keepLogs = false } = {}) => {
      if (keepLogs) writeConsole(path.join(profile.folder, 'console.log'));
      await opened.stop();
      if (!keepLogs) profile.remove();
      return profile.folder;
    };
    return { ...opened, logs: profile.logs, close };
  } catch (error) {
    console.error(`The logs of VS Code are in ${profile.folder}`);
    throw error;
  }
}
