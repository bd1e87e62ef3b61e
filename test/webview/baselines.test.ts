import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Explainer } from '../../src/app/explain.ts';
import { readInputs } from '../../src/app/input/readInput.ts';
import { Model } from '../../src/app/model.ts';
import type { BaselineSpec } from '../../src/protocol/baselines.ts';
import { writeNpy } from '../../src/tensor/npy.ts';
import { floats } from '../../src/tensor/tensor.ts';
import { describeCompleteness } from '../../webview/method/words.ts';
import { choose, facts, PATIENT, part } from './harness/methods.ts';
import { explainFirstImage, layerRow, overlayPixels, untilState } from './harness/page.ts';
import { sample, useLivePanels } from './harness/suite.ts';

const panels = useLivePanels();
const IMAGE = sample('images/cactus-and-rocket.jpg');
const OWN = readdirSync(sample('images')).map((name) => sample(`images/${name}`));

async function openSample(method: string) {
  const opened = await panels.open(sample('shapes.onnx'), [IMAGE]);
  await explainFirstImage(opened.page);
  await choose(opened.page, method);
  return opened;
}

const shownKind = (page: Page) => part(page, 'baseline-kind').locator('option:checked').textContent();
const chooseFiles = (page: Page) => part(page, 'choose-baselines').click();

/** What the core itself says of a method with a baseline. */
async function completenessOf(method: string, baseline: BaselineSpec): Promise<string | undefined> {
  const model = Model.open(sample('shapes.onnx'), { choices: { explain: 'logits' } });
  try {
    const { feeds } = await readInputs(model, [IMAGE]);
    return describeCompleteness(await new Explainer(model, feeds).attribute({ method, baseline, set: {} }))?.text;
  } finally {
    await model.release();
  }
}

describe("baselines of one's own", () => {
  test('are a distribution of images, told by their folder and seen as pictures; the recipe keeps them', async () => {
    const { page, host } = await openSample('GradientShap');
    expect(await shownKind(page)).toBe('Choose a distribution');
    await chooseFiles(page);
    expect(await shownKind(page)).toBe('Choose a distribution');

    host.baselines = [...OWN, ...OWN.slice(0, 2)];
    const text = `${host.baselines.length} images of the folder images`;
    await chooseFiles(page);
    await expect.poll(() => facts(page), PATIENT).toContain(`and 2 moreCompared with ${text}.`);
    expect(await facts(page)).toContain(await completenessOf('GradientShap', host.baselines));
    expect(await shownKind(page)).toBe(text);
    expect(await part(page, 'baseline-shown').locator('canvas').count()).toBe(12);
    const [first, second] = [0, 1].map((i) => overlayPixels(page, `[data-testid=baseline-shown] canvas >> nth=${i}`));
    expect((await first)?.rgba).not.toEqual((await second)?.rgba);
    await choose(page, 'LayerGradientShap');
    expect(await shownKind(page)).toBe('Choose a distribution');
    await choose(page, 'GradientShap');
    await expect.poll(() => facts(page), PATIENT).toContain(text);
  });

  test('may be the rows of one array', async () => {
    const { page, host } = await openSample('DeepLiftShap');
    const file = path.join(panels.folder({}), 'rows.npy');
    const rows = floats(
      [3, 3, 128, 128],
      Array.from({ length: 3 * 3 * 128 * 128 }, (_, i) => Math.sin(i) / 2),
    );
    writeFileSync(file, writeNpy(rows));
    host.baselines = [file];
    await chooseFiles(page);
    await expect.poll(() => facts(page), PATIENT).toContain('Compared with 3 examples from rows.npy.');
    expect(await facts(page)).toContain(await completenessOf('DeepLiftShap', file));
    expect(await part(page, 'baseline-shown').locator('canvas').count()).toBe(3);
  });

  test('are one other image for a method that compares with one', async () => {
    const { page, host } = await openSample('DeepLift');
    await expect.poll(() => facts(page), PATIENT).toContain('Compared with zero');
    const [house = ''] = OWN.filter((file) => file.endsWith('house.jpg'));
    host.baselines = [house];
    await chooseFiles(page);
    await expect.poll(() => facts(page), PATIENT).toContain('Compared with house.jpg.');
    expect(await facts(page)).toContain(await completenessOf('DeepLift', house));
    expect(await shownKind(page)).toBe('house.jpg');
    await part(page, 'baseline-kind').selectOption('black');
    await expect.poll(() => facts(page), PATIENT).toContain('Compared with black');
  });

  test('are shown before a method that asks first', async () => {
    const { page, host } = await openSample('Occlusion');
    await part(page, 'parameters').click();
    await page.locator('[data-parameter=strides]').fill('3, 1, 1');
    await page.locator('[data-parameter=strides]').press('Enter');
    host.baselines = OWN.slice(0, 1);
    await chooseFiles(page);
    await expect.poll(() => part(page, 'baseline-chosen').textContent()).toMatch(/^Will be compared with .*\.jpg\.$/);
    expect(await part(page, 'baseline-chosen').locator('canvas').count()).toBe(1);
  });

  test("of a layer's value are numbers and arrays of its shape, and no pictures", async () => {
    const { page, host } = await openSample('LayerFeatureAblation');
    await layerRow(page, 'pool').click();
    await part(page, 'baseline').waitFor();
    expect(await part(page, 'baseline-kind').count()).toBe(0);
    expect(await part(page, 'choose-baselines').textContent()).toBe('.npy file…');
    const file = path.join(panels.folder({}), 'quarter.npy');
    writeFileSync(file, writeNpy(floats([1, 160, 1, 1], new Array<number>(160).fill(0.25))));
    host.baselines = [file];
    await chooseFiles(page);
    await expect.poll(() => part(page, 'baseline').inputValue()).toBe(file);
    expect(await part(page, 'message').count()).toBe(0);
  });

  test('are refused by name where one cannot be read, and by number where they are too many', async () => {
    const { page, host } = await openSample('GradientShap');
    const damaged = path.join(panels.folder({}), 'damaged.png');
    writeFileSync(damaged, 'no picture');
    host.baselines = [...OWN, damaged];
    await chooseFiles(page);
    await untilState(page, 'error');
    expect(await part(page, 'message').textContent()).toMatch(/^This baseline.*damaged\.png/);
    expect(await shownKind(page)).toBe('Choose a distribution');
    host.baselines = Array.from({ length: 201 }, () => IMAGE);
    await chooseFiles(page);
    await expect.poll(() => part(page, 'message').textContent()).toContain('201 files were chosen, and at most 200');
    host.baselines = OWN;
    await chooseFiles(page);
    await expect.poll(() => facts(page), PATIENT).toContain(`Compared with ${OWN.length} images`);
    expect(await part(page, 'message').count()).toBe(0);
  });
});
