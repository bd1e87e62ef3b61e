// Chromium without a window, that reaches this machine and nothing else.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { chromium } from 'playwright-core';

const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Other hosts fail at once instead of timing out. */
const THIS_MACHINE_ONLY = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';

/**
 * @param {string} executable Chromium's or Chrome's (see ensureChromium)
 * @returns {Promise<import('playwright-core').Browser>}
 */
export function launchBrowser(executable) {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  // whoever starts it closes it, in order, on a signal too
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  return chromium.launch({ executablePath: executable, headless: true, args: [...QUIET, THIS_MACHINE_ONLY, ...sandbox], ...signals });
}

/**
 * Keeps what a page says in its console.
 * @param {import('playwright-core').Page} page
 * @returns {(file: string) => void} writes it to a file
 */
export function recordConsole(page) {
  /** @type {string[]} */
  const lines = [];
  page.on('console', (message) => lines.push(`[${message.type()}] ${message.text()}`));
  page.on('pageerror', (error) => lines.push(`[uncaught] ${error.stack ?? error}`));
  return (file) => writeFileSync(file, `${lines.join('\n')}\n`);
}
