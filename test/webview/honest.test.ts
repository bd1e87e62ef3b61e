import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { lostGradient, lostScore } from '../tools/notNumbers.ts';
import { choose, facts, PATIENT, part } from './harness/methods.ts';
import { explainFirstImage, layerRow } from './harness/page.ts';
import { corpus, sample, useLivePanels } from './harness/suite.ts';

const panels = useLivePanels();
const IMAGE = sample('images/house.jpg');

async function openWritten(bytes: Uint8Array) {
  const file = path.join(panels.folder({}), 'model.onnx');
  writeFileSync(file, bytes);
  const { page } = await panels.open(file, [IMAGE]);
  await page.locator('[data-testid=image-picker] [data-image]').first().click();
  return page;
}

describe('what is not a number', () => {
  test('is called so, with the first layer where the score is none', async () => {
    const page = await openWritten(lostScore());
    await layerRow(page, 'conv').click();
    const origin = 'The layer log (Log) is the first that gives values which are not numbers.';
    const text = `The score is not a number (NaN), so that no map explains it. ${origin}`;
    await expect.poll(() => part(page, 'meaning').textContent(), PATIENT).toBe(text);
    expect(await part(page, 'class-chart').textContent()).not.toContain('%');
    expect(await part(page, 'doubt').textContent()).toBe(`The scores are not numbers (NaN). ${origin}`);
    await choose(page, 'Saliency');
    await expect.poll(() => facts(page), PATIENT).toContain('Computed in');
    expect(await part(page, 'meaning').textContent()).toBe(text);
  });

  test('is told from a score that is one', async () => {
    const page = await openWritten(lostGradient());
    await layerRow(page, 'conv').click();
    await expect.poll(() => part(page, 'meaning').textContent(), PATIENT).toContain('are not numbers (NaN), though the score is one');
    expect(await part(page, 'meaning').textContent()).toContain('between here and root');
  });
});

describe('what is no class vector', () => {
  test('has the name of its channel, and its value under every usual convention', async () => {
    const folder = panels.folder({ 'segmenter.onnx': corpus('segmenter.onnx') });
    writeFileSync(path.join(folder, 'labels.txt'), 'ground\nroad\nhouse\ntree\n');
    const { page } = await panels.open(path.join(folder, 'segmenter.onnx'), [IMAGE]);
    await explainFirstImage(page);
    await part(page, 'axis-0').fill('2');
    await part(page, 'axis-0').press('Enter');
    await expect.poll(() => part(page, 'region-text').textContent(), PATIENT).toMatch(/^sum of classes\[2, :, :\] \(house\)$/);
    await part(page, 'input-convention').click();
    const outcomes = part(page, 'outcomes').locator('[data-convention]');
    await expect.poll(() => outcomes.first().textContent(), PATIENT).toMatch(/sum of classes\[2, :, :\] \(house\): −?[\d.]+/);
    const texts = await outcomes.allTextContents();
    expect(new Set(texts.map((text) => text.slice(text.indexOf('(house)')))).size).toBeGreaterThan(2);
  });
});
