// One VS Code for a file of tests: opened before them, closed after them; where a test fails, a picture and the logs are kept.
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { hostTarget, inProject, vsixPath } from '../../../scripts/lib/project.mjs';
import { pickVSCode } from '../../../scripts/toolchain/vscode.mjs';
import { temporaryFolder } from './profile.mjs';
import { openSession } from './session.mjs';
import { Workbench } from './workbench.mjs';

/**
 * @param {{ restricted?: boolean, settings?: Record<string, unknown>, prepare?: (folder: string) => void }} [options]
 *   `prepare`: changes the copy of samples/ that is opened
 * @returns {{ readonly workbench: Workbench, readonly folder: string, readonly computeProcesses: readonly number[] }} for use inside tests;
 *   `computeProcesses`: the ids of all that were started, oldest first, as the extension's log has them
 */
export function useWorkbench({ prepare, ...options } = {}) {
  /** @type {import('./session.mjs').Session | undefined} */
  let session;
  /** @type {Workbench} */
  let workbench;
  let failed = false;
  const workspace = temporaryFolder();

  beforeAll(async () => {
    const vsix = process.env.INSPECTUM_VSIX ?? vsixPath(hostTarget);
    if (!existsSync(vsix)) throw new Error(`${vsix} is not there: run "npm run package".`);
    cpSync(inProject('samples'), workspace.folder, { recursive: true });
    prepare?.(workspace.folder);
    failed = true; // until it has opened
    session = await openSession({ vscode: await pickVSCode(), vsix, folder: workspace.folder, ...options });
    workbench = await new Workbench(session.page).ready();
    failed = false;
  }, 180_000);

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    failed = true;
    const picture = inProject('out/failures', `${task.name.replace(/\W+/g, '-')}.png`);
    await session?.page.screenshot({ path: picture });
    console.error(`What was on the screen when "${task.name}" failed: ${picture}`);
  });

  afterAll(async () => {
    const logs = await session?.close({ keepLogs: failed });
    if (failed && logs) console.error(`VS Code's logs: ${logs}`);
    workspace.remove();
  }, 30_000);

  return {
    get workbench() {
      return workbench;
    },
    folder: workspace.folder,
    get computeProcesses() {
      return session ? computeProcesses(session.logs) : [];
    },
  };
}

/** @param {string} logs VS Code's folder of them */
function computeProcesses(logs) {
  const files = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((file) => path.basename(file) === 'Inspectum.log');
  const text = files.sort().map((file) => readFileSync(path.join(logs, file), 'utf8'));
  return [...text.join('\n').matchAll(/compute process (\d+) started/g)].map(([, pid]) => Number(pid));
}
