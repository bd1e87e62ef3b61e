// What a person meets who works on a model day by day: files that change, inputs that are remembered, pictures that are carried away.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inProject } from '../../../scripts/lib/project.mjs';
import { useWorkbench } from '../harness/useWorkbench.mjs';

const MODEL = 'shapes.onnx';
const TWO_INPUTS = 'two-inputs.onnx';

const code = useWorkbench({
  prepare: (folder) => cpSync(inProject('test/fixtures/corpus/models', TWO_INPUTS), path.join(folder, TWO_INPUTS)),
});
const inFolder = (/** @type {string[]} */ ...names) => path.join(code.folder, ...names);

test('a configuration that changes on disk is read again, with the same layer and class, beside the map of before', async () => {
  const { panel } = code.workbench;
  await code.workbench.openFromExplorer(MODEL);
  await panel.showExplanation({ image: 'images/mug-and-key.jpg' });
  await panel.layer('stage2').click();
  await panel.classRow(4).click();
  await panel.drawn({ layer: 'stage2', target: 4 }).waitFor();
  const file = inFolder('inspectum.json');
  const configuration = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...configuration, input: { ...configuration.input, range: [0, 0.6] } }));
  await panel.frame.getByTestId('before').waitFor({ timeout: 20_000 });
  await panel.inState('ready').waitFor();
  await panel.drawn({ layer: 'stage2', target: 4 }).waitFor();
  expect(await panel.changeImage.textContent()).toContain('mug-and-key.jpg');
  await panel.frame.getByTestId('end-comparison').click();
  await panel.frame.getByTestId('before').waitFor({ state: 'detached' });
});

test('a model that is written again is read when it has stopped growing', async () => {
  const { panel } = code.workbench;
  const bytes = readFileSync(inFolder(MODEL));
  writeFileSync(inFolder(MODEL), bytes.subarray(0, 50_000));
  await setTimeout(400);
  writeFileSync(inFolder(MODEL), bytes);
  await panel.frame.getByTestId('before').waitFor({ timeout: 20_000 });
  expect(await panel.message.count()).toBe(0);
  await panel.inState('ready').waitFor();
  await panel.drawn({ layer: 'stage2', target: 4 }).waitFor();
});

test('where the setting says so, the panel asks first', async () => {
  const { panel } = code.workbench;
  mkdirSync(inFolder('.vscode'), { recursive: true });
  writeFileSync(inFolder('.vscode', 'settings.json'), JSON.stringify({ 'inspectum.reload': 'ask' }));
  const [changed, before] = [panel.frame.getByTestId('changed'), panel.frame.getByTestId('before')];
  const file = inFolder('inspectum.json');
  const sample = JSON.parse(readFileSync(inProject('samples', 'inspectum.json'), 'utf8'));
  // a change may come before VS Code has read the setting: it is then taken as it was without
  for (let tries = 0; tries < 10 && !(await changed.isVisible()); tries++) {
    if (await before.isVisible()) await panel.frame.getByTestId('end-comparison').click();
    writeFileSync(file, JSON.stringify({ ...sample, input: { ...sample.input, range: [0, 1 + tries / 10] } }));
    await changed.or(before).first().waitFor({ timeout: 20_000 });
    await panel.inState('ready').waitFor();
  }
  expect(await before.count()).toBe(0);
  await panel.frame.getByTestId('reload').click();
  await before.waitFor();
});

test('a configuration that is deleted holds no longer, until it is there again', async () => {
  const { panel } = code.workbench;
  const convention = panel.frame.getByTestId('input-convention');
  const reload = async () => {
    await panel.frame.getByTestId('changed').waitFor({ timeout: 20_000 });
    await panel.frame.getByTestId('reload').click();
    await panel.frame.getByTestId('before').waitFor();
  };
  rmSync(inFolder('inspectum.json'));
  await reload();
  await expect.poll(() => convention.textContent()).toContain('guessed');
  cpSync(inProject('samples', 'inspectum.json'), inFolder('inspectum.json'));
  await reload();
  await expect.poll(() => convention.textContent()).toContain('inspectum.json');
});

test('a convention that is adopted is saved to inspectum.json', async () => {
  const { panel } = code.workbench;
  await panel.frame.getByTestId('input-convention').click();
  await panel.frame.locator('[data-convention="-1 to 1, RGB"]').click({ timeout: 20_000 });
  await panel.inState('ready').waitFor();
  await panel.frame.getByTestId('input-convention').click();
  await panel.frame.getByTestId('save-configuration').click();
  await expect.poll(() => JSON.parse(readFileSync(inFolder('inspectum.json'), 'utf8')).input.range, { timeout: 10_000 }).toEqual([-1, 1]);
  expect(JSON.parse(readFileSync(inFolder('inspectum.json'), 'utf8')).labels).toBe('labels.txt');
});

test('the inputs of a model are asked for, and remembered with the window', async () => {
  await code.workbench.closeEditors();
  await code.workbench.openFromExplorer(TWO_INPUTS);
  const { panel } = code.workbench;
  await panel.image('images/house.jpg').click();
  const temperature = panel.frame.locator('[data-input=temperature]');
  await temperature.getByText('nothing yet').waitFor();
  await temperature.getByTestId('constant-input').fill('2');
  await temperature.getByTestId('constant-input').press('Enter');
  await panel.frame.locator('[data-testid=overlay][data-layer]').waitFor();
  await code.workbench.reload();
  await code.workbench.panel.frame.locator('[data-testid=overlay][data-layer]').waitFor({ timeout: 60_000 });
  await code.workbench.panel.frame.getByTestId('inputs-chip').getByText('2 of 2 inputs').waitFor();
});
