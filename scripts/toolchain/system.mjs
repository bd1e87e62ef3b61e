// Programs of the machine: found, or installed with Debian's apt when we may, or asked for by name.
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { run } from '../lib/processes.mjs';

/** @param {string[]} names programs to look for on PATH; the first that is there */
export function onPath(...names) {
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // not here
      }
    }
  return undefined;
}

/**
 * Installs Debian packages.
 * @param {string[]} packages
 * @param {string} purpose completes "is needed ..."
 * @throws {Error} that says what to install, where this is not Debian or we are not root
 */
async function aptInstall(packages, purpose) {
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !onPath('apt-get'))
    throw new Error(`${packages.join(', ')} is needed ${purpose}. On Debian: sudo ${command}`);
  console.log(`Installing ${packages.join(', ')} ${purpose}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env, quiet: true });
  await run('apt-get', command.split(' ').slice(1), { env, quiet: true });
}

const CHROME_ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

const findChromium = () =>
  onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable') ?? CHROME_ELSEWHERE.find((file) => existsSync(file));

/** @returns {Promise<string>} the executable of Chromium or Chrome: `CHROMIUM`, else one that is installed, else Debian's */
export async function ensureChromium() {
  const named = process.env.CHROMIUM;
  if (named) {
    const file = path.isAbsolute(named) ? named : onPath(named);
    if (!file || !existsSync(file)) throw new Error(`CHROMIUM is "${named}", which is not there.`);
    return file;
  }
  if (!findChromium()) await aptInstall(['chromium'], 'as the browser (the environment variable CHROMIUM names another)');
  const found = findChromium();
  if (!found) throw new Error('Installing chromium left no chromium on PATH.');
  return found;
}

/** What node-gyp wants. */
export async function ensureCompilers() {
  const missing = ['python3', 'make', 'g++'].filter((name) => !onPath(name));
  if (missing.length > 0) await aptInstall(missing, 'to build the native modules of code-server');
}
