import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { dropFile, explainFirstImage, isFocused, textOf, untilState } from './harness/page.ts';
import { corpus, sample, useLivePanels } from './harness/suite.ts';

const panels = useLivePanels();
const IMAGE = sample('images/house.jpg');

const part = (page: Page, testid: string) => page.locator(`[data-testid=${testid}]`);
const firstClass = (page: Page) => textOf(page.locator('[data-class] .clip').first());

describe('class names', () => {
  test('are dropped on the panel, forgotten, and chosen in a dialog; what is wrong with them is said', async () => {
    const folder = panels.folder({ 'shapes.onnx': sample('shapes.onnx'), 'elsewhere/things.txt': sample('labels.txt') });
    const three = path.join(folder, 'elsewhere', 'three.txt');
    writeFileSync(three, 'a\nb\nc\n');
    const { page } = await panels.open(path.join(folder, 'shapes.onnx'), [IMAGE, path.join(folder, 'elsewhere', 'things.txt'), three]);
    await explainFirstImage(page);
    const labelling = part(page, 'labelling');
    expect(await labelling.textContent()).toContain('The classes are numbered');
    expect(await firstClass(page)).toMatch(/^class\d$/);

    await dropFile(page, 'things.txt');
    await expect.poll(() => firstClass(page)).toBe('house');
    expect(await labelling.textContent()).toContain('Names: things.txt');
    await page.reload();
    await untilState(page, 'ready');
    expect(await firstClass(page)).toBe('house');

    await dropFile(page, 'three.txt');
    await expect.poll(() => labelling.locator('.warning').textContent()).toMatch(/3 names.* 10 classes/);
    await part(page, 'forget-labels').click();
    await expect.poll(() => labelling.textContent()).toContain('The classes are numbered');
    await part(page, 'choose-labels').click();
    await expect.poll(() => firstClass(page)).toBe('house');
  });

  test('of ImageNet are offered for 1000 classes, and said once to be assumed', async () => {
    const { page } = await panels.open(corpus('thousand-classes.onnx'), [IMAGE]);
    await explainFirstImage(page);
    await part(page, 'offered-labels').click();
    await expect.poll(() => part(page, 'labelling').locator('p').first().textContent()).toBe('Names: ImageNet-1k, assumed');
    await part(page, 'set-truth').click();
    await part(page, 'truth-search').fill('tabby');
    await part(page, 'truth-search').press('Enter');
    await expect.poll(() => part(page, 'truth').textContent()).toContain('Wrong: this is tabby, which is not among the first 5');
  });

  test('that are one too few are put behind a background class', async () => {
    const { page } = await panels.open(corpus('eleven-classes.onnx'), [IMAGE]);
    await explainFirstImage(page);
    const before = await firstClass(page);
    expect(await part(page, 'labelling').locator('.warning').textContent()).toMatch(/10 names.* 11 classes/);
    expect(await part(page, 'notes').count()).toBe(0);
    await part(page, 'offered-labels').click();
    await expect.poll(() => firstClass(page)).not.toBe(before);
    expect(await part(page, 'labelling').locator('.warning').count()).toBe(0);
  });
});

describe('the true class', () => {
  test('is that of the folder, explained, set by hand, kept, and forgotten', async () => {
    const folder = panels.folder({ 'shapes.onnx': sample('shapes.onnx'), 'labels.txt': sample('labels.txt'), 'mug/house.jpg': IMAGE });
    const { page } = await panels.open(path.join(folder, 'shapes.onnx'), [path.join(folder, 'mug', 'house.jpg')]);
    await explainFirstImage(page);
    const truth = part(page, 'truth');
    expect(await truth.textContent()).toMatch(/^Wrong: this is mug, which .*\(the folder mug\)/);
    expect(await truth.getAttribute('data-right')).toBe('false');
    await part(page, 'explain-truth').click();
    await expect.poll(() => part(page, 'target').textContent()).toBe('mug');
    expect(await part(page, 'explain-truth').count()).toBe(0);

    const change = part(page, 'set-truth');
    const search = part(page, 'truth-search');
    await change.press('Enter');
    await search.press('Escape');
    expect(await isFocused(change)).toBe(true);
    await change.press('Enter');
    await search.fill('house');
    await search.press('Enter');
    await expect.poll(() => truth.textContent()).toContain('Right: this is house (set by hand)');
    expect(await isFocused(change)).toBe(true);
    expect(await textOf(page.locator('[data-class]').first())).toContain('trueclass');
    await page.reload();
    await untilState(page, 'ready');
    expect(await truth.getAttribute('data-right')).toBe('true');
    const left = async (selector: string) => (await page.locator(selector).boundingBox())?.x;
    expect(await left('.truth .links')).toBe(await left('.labelling .links'));
    await part(page, 'forget-truth').click();
    await expect.poll(() => truth.textContent()).toContain('the folder mug');
  });

  test('is set, explained and forgotten without leaving the keyboard', async () => {
    const { page } = await panels.open(sample('shapes.onnx'), [IMAGE]);
    await explainFirstImage(page);
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.testid);
    await part(page, 'set-truth').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('mug');
    await page.keyboard.press('Enter');
    await part(page, 'truth').waitFor();
    await expect.poll(focused).toBe('explain-truth');
    await page.keyboard.press('Enter');
    await expect.poll(() => part(page, 'target').textContent()).toBe('mug');
    await expect.poll(focused).toBe('set-truth');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('forget-truth');
    await page.keyboard.press('Enter');
    await expect.poll(() => part(page, 'truth').count()).toBe(0);
    expect(await focused()).toBe('set-truth');
  });

  test('of a single score is it or its negation', async () => {
    const { page } = await panels.open(corpus('one-logit.onnx'), [IMAGE]);
    await explainFirstImage(page);
    const [best, other] = await page.locator('[data-class] .clip').allTextContents();
    expect([best, other].sort()).toEqual(['healthy', 'ill']);
    expect(await part(page, 'another-class').count()).toBe(0);
    await part(page, 'set-truth')
      .getByText(best ?? '')
      .click();
    await expect.poll(() => part(page, 'truth').textContent()).toContain(`Right: this is ${best}`);
    await part(page, 'set-truth')
      .getByText(other ?? '')
      .click();
    await expect.poll(() => part(page, 'truth').textContent()).toContain(`Wrong: this is ${other}, which comes second`);
    await part(page, 'explain-truth').click();
    await expect.poll(() => part(page, 'target').textContent()).toBe(other);
  });
});

test('a guess that makes no class likely is doubted, and the usual ways are compared, also where only one part is shown', async () => {
  const { page } = await panels.open(corpus('eleven-classes.onnx'), [IMAGE], {
    size: { width: 400, height: 700 },
  });
  await explainFirstImage(page);
  await page.locator('[data-tab-name=prediction]').click();
  await part(page, 'doubt').locator('button').press('Enter');
  await part(page, 'outcomes').waitFor();
  expect(await isFocused(part(page, 'input-convention'))).toBe(true);
  await page.keyboard.press('Tab');
  expect(await isFocused(page.locator('.outcome').first())).toBe(true);
  for (let i = await page.locator('.outcome').count(); i > 0; i--) await page.keyboard.press('Tab');
  expect(await page.locator('.popover').count()).toBe(0);
});
