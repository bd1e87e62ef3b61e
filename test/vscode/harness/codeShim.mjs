#!/usr/bin/env node
// Stands in for the executable of VS Code in a run of tests inside the extension host: takes VS Code's flags, uses code-server and Chromium.
// codeShim.mjs FOLDER --user-data-dir DIR --extensions-dir DIR --extensionDevelopmentPath=DIR --extensionTestsPath=FILE
import path from 'node:path';
import process from 'node:process';
import { format, parseArgs } from 'node:util';
import { onInterrupt } from '../../../scripts/lib/processes.mjs';
import { pickVSCode } from '../../../scripts/toolchain/vscode.mjs';
import { launchBrowser } from './browser.mjs';
import { startServer } from './server.mjs';

/** What the workbench itself says as it starts, and about the marketplace and accounts that are not there. */
const NOISE =
  /open-vsx|authentication provider|^Canceled|connection token|^Creating a socket|grace time|builtin extensions cache|^\[(Service Worker|AgentHost|AccountPolicyGate)/;

const OPTIONS = /** @type {const} */ (['user-data-dir', 'extensions-dir', 'extensionDevelopmentPath', 'extensionTestsPath']);

/** @typedef {Record<(typeof OPTIONS)[number] | 'folder', string>} TestRun */

/** @returns {TestRun} */
function commandLine() {
  const options = Object.fromEntries(OPTIONS.map((name) => [name, /** @type {const} */ ({ type: 'string' })]));
  // desktop VS Code's other flags are of no meaning here
  const { values, positionals } = parseArgs({ options, strict: false, allowPositionals: true });
  const given = { ...values, folder: positionals[0] };
  for (const name of [...OPTIONS, 'folder']) if (typeof Reflect.get(given, name) !== 'string') throw new Error(`${name} is not given.`);
  return /** @type {TestRun} */ (given);
}

/**
 * @param {string} host
 * @param {TestRun} testRun
 */
function testAddress(host, { folder, extensionDevelopmentPath, extensionTestsPath }) {
  const remote = (/** @type {string} */ file) => `vscode-remote://${host}${encodeURI(path.resolve(file))}`;
  const payload = [
    ['extensionDevelopmentPath', remote(extensionDevelopmentPath)],
    ['extensionTestsPath', remote(extensionTestsPath)],
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  const query = new URLSearchParams({ folder: path.resolve(folder), payload: JSON.stringify(payload) });
  return `http://${host}/?${query}`;
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} address
 * @returns {Promise<number>} the exit code of the tests
 */
async function exitCodeOf(page, address) {
  /** @type {(code: number) => void} */
  let exit = () => {};
  /** @type {Promise<number>} */
  const code = new Promise((resolve, reject) => {
    exit = resolve;
    page.once('crash', () => reject(new Error('The page of VS Code crashed.')));
  });
  await page.exposeFunction('codeAutomationExit', exit);
  await page.exposeFunction('codeAutomationLog', (/** @type {string} */ type, /** @type {unknown[]} */ args) => {
    const text = format(...args);
    const stream = type === 'error' ? process.stderr : process.stdout;
    if (!NOISE.test(text)) stream.write(`${text}\n`);
  });
  await page.goto(address);
  return code;
}

/** @param {TestRun} testRun */
async function runTests(testRun) {
  const vscode = await pickVSCode();
  if (vscode.kind !== 'code-server') throw new Error('Only code-server needs this.');
  const profile = { data: testRun['user-data-dir'], extensions: testRun['extensions-dir'], env: process.env };
  const server = await startServer(vscode, profile, { flags: ['--vscode-option', 'enable-smoke-test-driver'] });
  const browser = await launchBrowser(vscode.chromium);
  const ended = server.gone.then(() => {
    throw new Error('code-server ended.');
  });
  try {
    return await Promise.race([exitCodeOf(await browser.newPage(), testAddress(server.host, testRun)), ended]);
  } finally {
    await browser.close();
    await server.stop();
  }
}

onInterrupt();
process.exit(await runTests(commandLine()));
