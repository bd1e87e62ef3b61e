import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { inProject } from '../../../scripts/lib/project.mjs';
import { writeResidualNetwork } from '../../tools/residualNetwork.ts';
import { useWorkbench } from '../harness/useWorkbench.mjs';

const SCENES = ['two-16.jpg', 'two-33.jpg'];
const MODEL = 'shapes.onnx';
/** Takes seconds for a pass. */
const SLOW = 'slow.onnx';

/** @type {{ heldout: { file: string, labels: number[], boxes: [number, number, number, number][] }[] }} */
const { heldout } = JSON.parse(readFileSync(inProject('test/fixtures/samples/expected.json'), 'utf8'));
/** Pixels of a side of the scenes. */
const SIDE = 128;

/** What is wrong with a file, and what the panel says of it. */
const BROKEN = /** @type {const} */ ([
  ['truncated.onnx', 'corrupt', /truncated\.onnx/],
  ['words.onnx', 'corrupt', /words\.onnx/],
  ['external.onnx', 'missing', /external\.bin/],
]);

const code = useWorkbench({
  prepare: (folder) => {
    cpSync(path.join(folder, MODEL), path.join(folder, 'truncated.onnx'));
    truncateSync(path.join(folder, 'truncated.onnx'), 100_000);
    writeFileSync(path.join(folder, 'words.onnx'), 'These are words.\n'.repeat(100));
    cpSync(inProject('test/fixtures/models/external.onnx'), path.join(folder, 'external.onnx'));
    writeResidualNetwork(path.join(folder, SLOW), { depths: [3, 16], size: 768, classes: 10 });
    for (const scene of SCENES) cpSync(inProject('test/fixtures/samples/heldout', scene), path.join(folder, 'scenes', scene));
  },
});

/** @param {string} layer */
const nativeSelection = (layer) =>
  expect.poll(() => code.workbench.selectedNativeLayers.allTextContents(), { timeout: 10_000 }).toEqual([layer]);

test('nothing is computed before a model is opened', () => {
  expect(code.computeProcesses).toEqual([]);
});

test('a model opened from the explorer shows its layers', async () => {
  const began = performance.now();
  await code.workbench.openFromExplorer(MODEL);
  const { panel } = code.workbench;
  await panel.layers.first().waitFor();
  console.log(`From the click to the layers, the extension's start included: ${Math.round(performance.now() - began)} ms`);
  for (const name of ['stem', 'stage1', 'stage2', 'head', 'classifier']) await panel.layer(name).waitFor();
  await expect.poll(() => code.computeProcesses.length).toBe(1);
});

test('without an image, the images of the workspace are offered', async () => {
  const { panel } = code.workbench;
  for (const image of ['images/mushroom.jpg', 'images/rocket-and-balloon.png', 'scenes/two-16.jpg']) await panel.image(image).waitFor();
  expect(await panel.inState('empty').count()).toBe(1);
});

test('an image that is chosen is explained at once: the last spatial layer, for the top class', async () => {
  expect(await code.workbench.panel.showExplanation({ image: 'scenes/two-16.jpg' })).toEqual({ layer: 'head.act', target: '2' });
});

test.each(SCENES)('the warm pixels over %s lie on the object of the class that is chosen', async (file) => {
  const { panel } = code.workbench;
  const scene = heldout.find((one) => one.file === file);
  if (!(await panel.changeImage.getByText(file).isVisible())) {
    await panel.changeImage.click();
    await panel.image(`scenes/${file}`).click();
    await panel.changeImage.getByText(file).waitFor();
  }
  for (const [i, target] of (scene?.labels ?? []).entries()) {
    await panel.classRow(target).click();
    await panel.drawn({ layer: 'head.act', target }).waitFor();
    const [left = 0, top = 0, right = 0, bottom = 0] = scene?.boxes[i] ?? [];
    // half a cell of the layer more, which has 16 in a row
    const margin = 4;
    const inside = (/** @type {{ x: number, y: number }} */ { x, y }) =>
      x * SIDE > left - margin && x * SIDE < right + margin && y * SIDE > top - margin && y * SIDE < bottom + margin;
    const warm = await panel.warmPixels();
    expect(warm.length).toBeGreaterThan(100);
    expect(warm.slice(0, 1).every(inside)).toBe(true);
    expect(warm.filter(inside).length / warm.length).toBeGreaterThan(0.8);
  }
});

test('a click on a layer in the panel shows its map, and selects it in the native tree with its facts', async () => {
  const { workbench } = code;
  const { panel } = workbench;
  await workbench.showViews();
  await nativeSelection('act');
  await panel.layer('head.conv').click();
  await panel.drawn({ layer: 'head.conv' }).waitFor();
  await nativeSelection('conv');
  const facts = workbench.view('Inspector').locator('.monaco-list-row');
  await facts.filter({ hasText: 'head.conv' }).first().waitFor();
  await facts.filter({ hasText: 'Multiply-accumulates' }).waitFor();
});

test('a click on a layer in the native tree shows its map in the panel', async () => {
  const { workbench } = code;
  const { panel } = workbench;
  await workbench.nativeLayer('stage2').click();
  await panel.drawn({ layer: 'stage2' }).waitFor();
  expect(await panel.layer('stage2').getAttribute('aria-selected')).toBe('true');
});

test('a layer without height and width shows its units', async () => {
  const { workbench } = code;
  await workbench.nativeLayer('classifier').click();
  await workbench.panel.frame.getByTestId('unit-chart').waitFor();
});

test('the palette goes to a layer, chooses a target and searches the layers', async () => {
  const { workbench } = code;
  const { panel } = workbench;
  await workbench.runCommand('Inspectum: Go to Layer…');
  await workbench.quickInput.fill('head.act');
  await workbench.quickPickRow('head.act').waitFor();
  await workbench.quickInput.press('Enter');
  await panel.drawn({ layer: 'head.act' }).waitFor();

  await workbench.runCommand('Inspectum: Choose Target Class…');
  await panel.frame.getByTestId('class-search').fill('umbr');
  await panel.frame.getByTestId('class-search').press('Enter');
  await panel.drawn({ layer: 'head.act', target: 9 }).waitFor();

  await workbench.runCommand('Inspectum: Search Layers in the Panel');
  await expect.poll(() => panel.frame.getByTestId('layer-search').evaluate((element) => element === document.activeElement)).toBe(true);
});

test('"Explain Image…" on an image file explains it with the model that is open', async () => {
  const { workbench } = code;
  await workbench.chooseFromContextMenu('images/sailboat.jpg', 'Explain Image…');
  await workbench.panel.changeImage.getByText('sailboat.jpg').waitFor();
  await workbench.panel.drawn({ layer: 'head.act', target: 9 }).waitFor();
});

test('"Explain Image…" on a model file asks for the image', async () => {
  const { workbench } = code;
  await workbench.chooseFromContextMenu(MODEL, 'Explain Image…');
  await workbench.quickPickRow('sailboat.jpg').getByText('last used').waitFor();
  await workbench.quickInput.fill('umbrella-and-fish.jpg');
  await workbench.quickPickRow('umbrella-and-fish.jpg').waitFor();
  await workbench.quickInput.press('Enter');
  await workbench.panel.changeImage.getByText('umbrella-and-fish.jpg').waitFor();
  await workbench.panel.drawn({ layer: 'head.act', target: 9 }).waitFor();
});

/** The state that is to survive: umbrella-and-fish.jpg, head.conv, umbrella, negative. */
async function sameState() {
  const { panel } = code.workbench;
  await panel.drawn({ layer: 'head.conv', target: 9 }).waitFor();
  await panel.changeImage.getByText('umbrella-and-fish.jpg').waitFor();
  expect(await panel.frame.locator('[data-testid=sign] input[value=negative]').isChecked()).toBe(true);
  expect(await panel.layer('head.conv').getAttribute('aria-selected')).toBe('true');
}

test('hiding the tab and showing it again changes nothing', async () => {
  const { workbench } = code;
  const { panel } = workbench;
  await panel.layer('head.conv').click();
  await panel.frame.locator('[data-testid=sign] input[value=negative]').check({ force: true });
  await panel.drawn({ layer: 'head.conv', target: 9 }).waitFor();
  // not a preview, whose place the next file takes
  await workbench.tab(MODEL).dblclick();
  await workbench.openFromExplorer('labels.txt');
  await workbench.page.locator('.monaco-editor').getByText('balloon').waitFor();
  await workbench.tab(MODEL).click();
  await sameState();
});

test('reloading the window brings image, layer, target and view back', async () => {
  const { workbench } = code;
  const before = code.computeProcesses.length;
  await workbench.reload();
  await sameState();
  await workbench.showViews();
  await nativeSelection('conv');
  await expect.poll(() => code.computeProcesses.length).toBe(before + 1);
});

test('a model that is opened again offers the image that was last used first', async () => {
  const { workbench } = code;
  await workbench.closeEditors();
  await workbench.chooseFromContextMenu(MODEL, 'Inspect Model');
  const first = workbench.panel.imagePicker.locator('[data-image]').first();
  await first.getByText('last used').waitFor();
  expect(await first.getAttribute('data-image')).toBe('images/umbrella-and-fish.jpg');
});

test('"Explain Image…" on an image with no model open asks for one, the last first', async () => {
  const { workbench } = code;
  await workbench.closeEditors();
  await workbench.chooseFromContextMenu('images/house.jpg', 'Explain Image…');
  await workbench.quickPickRow(MODEL).waitFor();
  expect(await workbench.page.locator('.quick-input-list .monaco-list-row').first().textContent()).toContain(MODEL);
  await workbench.quickInput.press('Enter');
  await workbench.panel.drawn({ layer: 'head.act', target: 3 }).waitFor();
});

test.each(BROKEN)('%s: the panel says what is wrong with it', async (file, kind, words) => {
  const { workbench } = code;
  await workbench.openFromExplorer(file);
  const { panel } = workbench;
  await panel.inState('error').waitFor();
  expect(await panel.message.getAttribute('data-kind')).toBe(kind);
  expect(await panel.message.textContent()).toMatch(words);
  expect(await workbench.notifications.count()).toBe(0);
});

test('a file that is mended opens on Retry', async () => {
  const { panel } = code.workbench;
  cpSync(inProject('test/fixtures/models/external.bin'), path.join(code.folder, 'external.bin'));
  await panel.retry.click();
  await panel.layers.first().waitFor();
  expect(await panel.message.count()).toBe(0);
});

test('after all this, a sound model still opens, in the same compute process', async () => {
  const { workbench } = code;
  const before = code.computeProcesses.length;
  await workbench.openFromExplorer(MODEL);
  await workbench.panel.layers.first().waitFor();
  await workbench.panel.showExplanation();
  expect(code.computeProcesses.length).toBe(before);
});

/** @param {number | undefined} pid */
function isAlive(pid) {
  try {
    process.kill(pid ?? Number.NaN, 0);
    return true;
  } catch {
    return false;
  }
}

test('Cancel ends what is computed within a second, and the other panel goes on', async () => {
  const { workbench } = code;
  const { panel } = workbench;
  await workbench.tab(MODEL).dblclick();
  await workbench.openFromExplorer(SLOW);
  await panel.image('images/house.jpg').click();
  await panel.frame.getByTestId('working').getByText('Explaining every layer').waitFor();
  const cancel = panel.frame.getByTestId('cancel');
  const pid = code.computeProcesses.at(-1);
  expect(isAlive(pid)).toBe(true);
  await cancel.click();
  await expect.poll(() => isAlive(pid), { timeout: 1000, interval: 20 }).toBe(false);
  expect(await panel.message.count()).toBe(0);
  expect(await cancel.count()).toBe(0);

  await workbench.tab(MODEL).click();
  await panel.classRow(9).click();
  await panel.drawn({ target: 9 }).waitFor();
  expect(await panel.message.count()).toBe(0);
});
