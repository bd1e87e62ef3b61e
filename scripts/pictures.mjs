// npm run pictures: remakes docs/pictures/ in a real VS Code on samples/, and media/icon.png. Fails when a picture is too large.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { decode, encode } from 'fast-png';
import { launchBrowser } from '../test/vscode/harness/browser.mjs';
import { temporaryFolder } from '../test/vscode/harness/profile.mjs';
import { openSession } from '../test/vscode/harness/session.mjs';
import { Workbench } from '../test/vscode/harness/workbench.mjs';
import { onInterrupt, runNode } from './lib/processes.mjs';
import { hostTarget, inProject, root, vsixPath } from './lib/project.mjs';
import { ensureChromium } from './toolchain/system.mjs';
import { pickVSCode } from './toolchain/vscode.mjs';

const MODEL = 'shapes.onnx';
const IMAGE = 'images/balloon-and-sailboat.jpg';
const LAYER = 'head.conv';
const [DARK, LIGHT] = ['Default Dark Modern', 'Default Light Modern'];
const MAX_BYTES = 300_000;
const SHADES = 4;
/** Menus, focus rings and the tree's scrolling come to rest. */
const REST_MS = 1500;
const pictures = inProject('docs/pictures');

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{ name: string, theme: string, show: (workbench: Workbench) => Promise<void> }} Picture
 */

/** @type {Picture[]} */
const PICTURES = [
  { name: 'panel-dark', theme: DARK, show: (workbench) => showPanel(workbench, undefined) },
  { name: 'panel-light', theme: LIGHT, show: (workbench) => showPanel(workbench, 'balloon') },
  { name: 'methods', theme: LIGHT, show: showMethods },
  { name: 'pixels', theme: DARK, show: showPixels },
  { name: 'activity-bar', theme: DARK, show: showActivityBar },
];

/**
 * The explanation of the last convolution.
 * @param {Workbench} workbench
 * @param {string | undefined} target a class instead of the first
 */
async function explain({ panel }, target) {
  await panel.showExplanation({ image: IMAGE });
  if (target) await panel.classChart.getByRole('button', { name: target }).click();
  await panel.layer(LAYER).click();
  await panel.frame.locator(`[data-testid=overlay][data-layer="${LAYER}"]`).waitFor();
}

/** @param {Workbench} workbench @param {string | undefined} target */
async function showPanel(workbench, target) {
  await workbench.openFromExplorer(MODEL);
  await workbench.runCommand('View: Close Primary Side Bar');
  await explain(workbench, target);
}

/** @param {Workbench} workbench */
async function showMethods(workbench) {
  await showPanel(workbench, undefined);
  await workbench.panel.frame.getByTestId('method').click();
  await workbench.panel.frame.getByTestId('method-menu').waitFor();
}

/** @param {Workbench} workbench */
async function showPixels(workbench) {
  await showMethods(workbench);
  const { frame } = workbench.panel;
  await frame.locator('[data-method=IntegratedGradients]').first().click();
  const [run, facts] = [frame.getByTestId('run'), frame.getByTestId('attribution-facts')];
  await run.or(facts).first().waitFor();
  if (await run.isVisible()) await run.click();
  await facts.waitFor({ timeout: 60_000 });
}

/** @param {Workbench} workbench */
async function showActivityBar(workbench) {
  await workbench.openFromExplorer(MODEL);
  await workbench.activityTab.click();
  await explain(workbench, undefined);
}

/**
 * Writes a screenshot in fewer shades: nobody sees it, and the file is half as large.
 * @param {string} file
 * @param {Uint8Array} screenshot a PNG
 */
function writePicture(file, screenshot) {
  const picture = decode(screenshot);
  const data = picture.data.map((value) => Math.min(255, Math.round(value / SHADES) * SHADES));
  const png = encode({ ...picture, data }, { zlib: { level: 9 } });
  if (png.length > MAX_BYTES) throw new Error(`${file} has ${png.length} bytes, more than ${MAX_BYTES}.`);
  writeFileSync(file, png);
  console.log(`${path.relative(root, file)}: ${Math.round(png.length / 1000)} kB`);
}

/**
 * @param {import('./toolchain/vscode.mjs').VSCode} vscode
 * @param {Picture} picture
 */
async function takePicture(vscode, { name, theme, show }) {
  const workspace = temporaryFolder();
  // a folder's name stands in the window
  const folder = path.join(workspace.folder, 'samples');
  cpSync(inProject('samples'), folder, { recursive: true });
  const settings = { 'workbench.colorTheme': theme, 'window.autoDetectColorScheme': false, 'breadcrumbs.enabled': false };
  const session = await openSession({ vscode, vsix: vsixPath(hostTarget), folder, settings });
  try {
    await show(await new Workbench(session.page).ready());
    await session.page.mouse.move(0, 0);
    await session.page.waitForTimeout(REST_MS);
    writePicture(path.join(pictures, `${name}.png`), await session.page.screenshot());
  } finally {
    await session.close();
    workspace.remove();
  }
}

async function drawIcon() {
  const browser = await launchBrowser(await ensureChromium());
  try {
    const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
    await page.goto(pathToFileURL(inProject('media/icon.svg')).href);
    writePicture(inProject('media/icon.png'), await page.screenshot({ omitBackground: true }));
  } finally {
    await browser.close();
  }
}

onInterrupt();
const wanted = process.argv.slice(2);
mkdirSync(pictures, { recursive: true });
if (wanted.length === 0 || wanted.includes('icon')) await drawIcon();
const chosen = PICTURES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length > 0) {
  const vscode = await pickVSCode();
  await runNode([inProject('scripts/package.mjs')], { cwd: root });
  for (const picture of chosen) await takePicture(vscode, picture);
}
