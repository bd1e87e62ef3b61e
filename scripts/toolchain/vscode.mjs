// Which VS Code the extension is tried in. The same suites run in all of them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';
import { cacheFolder } from '../lib/project.mjs';
import { ensureCodeServer } from './codeServer.mjs';
import { ensureChromium } from './system.mjs';

/**
 * @typedef {{ kind: 'desktop', executable: string }} Desktop
 * @typedef {{ kind: 'code-server', node: string, entry: string, chromium: string }} CodeServer
 * @typedef {Desktop | CodeServer} VSCode
 */

const DOWNLOADS = 'https://update.code.visualstudio.com/api/releases/stable';

/** @returns {Promise<string | undefined>} a desktop VS Code, downloaded once; undefined where none can be had */
async function downloadedDesktop() {
  const cachePath = path.join(cacheFolder, 'vscode');
  const answers = await fetch(DOWNLOADS, { signal: AbortSignal.timeout(4000) }).then(
    (response) => response.ok,
    () => false,
  );
  if (!answers && !existsSync(cachePath)) return undefined;
  return downloadAndUnzipVSCode({ version: 'stable', cachePath, reporter: new SilentReporter() }).catch((error) => {
    console.log(`No desktop VS Code: ${error.message}`);
    return undefined;
  });
}

/** @returns {Promise<CodeServer>} */
async function codeServer() {
  return { kind: 'code-server', ...(await ensureCodeServer()), chromium: await ensureChromium() };
}

/**
 * The VS Code that the environment variable INSPECTUM_VSCODE names (an executable of desktop VS Code, or `code-server`); else, where there
 * is a display, a downloaded desktop VS Code; else code-server with Chromium.
 * @returns {Promise<VSCode>}
 */
export async function pickVSCode() {
  const named = process.env.INSPECTUM_VSCODE;
  if (named === 'code-server') return codeServer();
  if (named) {
    if (!existsSync(named))
      throw new Error(`INSPECTUM_VSCODE is "${named}", which is not there. It names VS Code's executable, or is "code-server".`);
    return { kind: 'desktop', executable: path.resolve(named) };
  }
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const executable = display ? await downloadedDesktop() : undefined;
  return executable ? { kind: 'desktop', executable } : codeServer();
}

/** @param {VSCode} vscode the value of INSPECTUM_VSCODE with which a child process picks the same one */
export const nameOf = (vscode) => (vscode.kind === 'desktop' ? vscode.executable : 'code-server');
