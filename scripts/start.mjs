// npm start: the extension in a real VS Code on samples/, with a layer's Grad-CAM over an image, until Ctrl-C.
// npm start -- FOLDER opens the first model of another folder.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { openSession } from '../test/vscode/harness/session.mjs';
import { Workbench } from '../test/vscode/harness/workbench.mjs';
import { onInterrupt, runNode } from './lib/processes.mjs';
import { cacheFolder, firstModel, hostTarget, inProject, vsixPath } from './lib/project.mjs';
import { pickVSCode } from './toolchain/vscode.mjs';

/** @type {import('../test/vscode/harness/session.mjs').Session | undefined} */
let session;
onInterrupt(async () => {
  await session?.close();
});

const folder = path.resolve(process.argv[2] ?? inProject('samples'));
const model = firstModel(folder);
const vscode = await pickVSCode();
await runNode([inProject('scripts/package.mjs')]);

console.log(`Opening ${path.join(folder, model)} in VS Code`);
session = await openSession({ vscode, vsix: vsixPath(hostTarget), folder });
const { page, address, gone } = session;
const picture = path.join(cacheFolder, 'start.png');
mkdirSync(cacheFolder, { recursive: true });
let explained = true;
try {
  const workbench = await new Workbench(page).ready();
  await workbench.openFromExplorer(model);
  const { layer, target } = await workbench.panel.showExplanation();
  console.log(`The panel shows the Grad-CAM of ${layer} for ${target}.`);
} catch (error) {
  explained = false;
  console.error(`The panel shows no Grad-CAM: ${error instanceof Error ? error.message : error}`);
}
await page.screenshot({ path: picture });
console.log(`Screenshot: ${picture}`);
if (address) console.log(`VS Code:    ${address}`);
console.log('Ctrl-C ends it.');

await gone;
await session.close({ keepLogs: !explained });
process.exit(explained ? 0 : 1);
