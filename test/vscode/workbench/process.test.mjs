import { cpSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { writeLargeImage } from '../../tools/largeImage.ts';
import { writeResidualNetwork } from '../../tools/residualNetwork.ts';
import { useWorkbench } from '../harness/useWorkbench.mjs';

const LARGE = 'large.onnx';
/** Takes half a gigabyte when it is read. */
const IMAGE = 'images/large.bmp';
/** The least that the setting takes; the small models need less. */
const LIMIT = 256;

const code = useWorkbench({
  settings: { 'inspectum.memoryLimit': LIMIT },
  prepare: (folder) => {
    cpSync(path.join(folder, 'shapes.onnx'), path.join(folder, 'other.onnx'));
    writeLargeImage(path.join(folder, IMAGE), 9000);
    writeResidualNetwork(path.join(folder, LARGE), { depths: [3, 4, 23, 3], size: 224, classes: 1000 });
  },
});

/** Explains an image with a model, and waits for a layer and a class of it. */
async function explain(/** @type {string} */ model, /** @type {string} */ image) {
  const { workbench } = code;
  await workbench.openFromExplorer(model);
  await workbench.panel.layers.first().waitFor();
  return workbench.panel.showExplanation({ image });
}

test('the compute process is killed: every panel says so', async () => {
  const { workbench } = code;
  const { panel } = workbench;
  await explain('other.onnx', 'images/house.jpg');
  await workbench.tab('other.onnx').dblclick();
  await explain('shapes.onnx', 'images/mug-and-key.jpg');
  await panel.layer('head.conv').click();
  await panel.classRow(4).click();
  await panel.drawn({ layer: 'head.conv', target: 4 }).waitFor();
  expect(code.computeProcesses).toHaveLength(1);
  process.kill(/** @type {number} */ (code.computeProcesses[0]), 'SIGKILL');
  await panel.inState('error').waitFor();
  expect(await panel.message.textContent()).toContain('The compute process ended unexpectedly');
});

test('Retry brings image, layer and target back', async () => {
  const { panel } = code.workbench;
  await panel.retry.click();
  await panel.inState('ready').waitFor();
  await panel.drawn({ layer: 'head.conv', target: 4 }).waitFor();
  await panel.changeImage.getByText('mug-and-key.jpg').waitFor();
  expect(await panel.message.count()).toBe(0);
  await expect.poll(() => code.computeProcesses.length).toBe(2);
});

test('the other panel goes on, without Retry too', async () => {
  const { workbench } = code;
  const { panel } = workbench;
  await workbench.tab('other.onnx').click();
  await panel.changeImage.getByText('house.jpg').waitFor();
  await panel.classRow(9).click();
  await panel.drawn({ layer: 'head.act', target: 9 }).waitFor();
  expect(await panel.message.count()).toBe(0);
  expect(code.computeProcesses).toHaveLength(2);
});

test('what does not fit into memory as a whole is explained layer by layer', async () => {
  const { workbench } = code;
  const { panel } = workbench;
  await workbench.openFromExplorer(LARGE);
  await panel.layers.first().waitFor();
  await panel.image('images/house.jpg').click();
  await panel.frame.getByText(`the limit is ${LIMIT} MB`).waitFor();
  await panel.drawn({ layer: 'layer4.2.relu_2' }).waitFor();
});

test('the compute process is ended past its memory, and the panel says so', async () => {
  const { workbench } = code;
  const { panel } = workbench;
  await workbench.closeEditors();
  await workbench.openFromExplorer('shapes.onnx');
  await panel.layers.first().waitFor();
  await panel.image(IMAGE).click();
  await panel.inState('error').waitFor();
  expect(await panel.message.getAttribute('data-kind')).toBe('memory');
  expect(await panel.message.textContent()).toMatch(
    new RegExp(`used \\d+ MB, more than the limit of ${LIMIT} MB.*inspectum\\.memoryLimit`),
  );
});

test('the small model is explained again after that', async () => {
  const { workbench } = code;
  const { panel } = workbench;
  await workbench.closeEditors();
  await explain('shapes.onnx', 'images/cactus.png');
  await panel.drawn({ layer: 'head.act', target: 1 }).waitFor();
});
