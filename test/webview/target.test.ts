import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { explainFirstImage, isFocused, layerRow, overlayPixels, textOf, untilState } from './harness/page.ts';
import { corpus, sample, useLivePanels } from './harness/suite.ts';

const panels = useLivePanels();
const IMAGE = sample('images/house.jpg');

const part = (page: Page, testid: string) => page.locator(`[data-testid=${testid}]`);
const explained = (page: Page) => part(page, 'region-text').textContent();
const isDrawn = (page: Page) => part(page, 'overlay').and(page.locator('[data-layer]')).waitFor();

describe('of an output that is no class vector', () => {
  test('a region is explained: by its ranges, by sum or maximum, and drawn on the image', async () => {
    const { page } = await panels.open(corpus('segmenter.onnx'), [IMAGE]);
    await explainFirstImage(page);
    expect(await part(page, 'class-chart').count()).toBe(0);
    expect(await explained(page)).toMatch(/^sum of classes\[\d, :, :\]$/);
    const usual = await explained(page);
    const channel = part(page, 'axis-0');
    const [rows, columns] = [part(page, 'axis-1'), part(page, 'axis-2')];
    await channel.fill('4');
    expect(await channel.getAttribute('aria-invalid')).toBe('true');
    expect(await part(page, 'explain-region').count()).toBe(0);
    await channel.fill('2');
    await rows.fill('8:24');
    await rows.press('Enter');
    await expect.poll(() => explained(page)).toBe('sum of classes[2, 8:24, :]');
    await part(page, 'reduce').locator('input[value=max]').check({ force: true });
    await expect.poll(() => explained(page)).toMatch(/^maximum of classes\[2, 8:24, :\]/);
    // early: what the last layers say of a channel is the same for all of its places
    await layerRow(page, 'Conv_0').click();
    await page.locator('[data-testid=overlay][data-layer=Conv_0]').waitFor();
    const before = await overlayPixels(page);

    await part(page, 'draw-region').click();
    expect(await part(page, 'meaning').textContent()).toContain('Drag over the image');
    await page.keyboard.press('Escape');
    expect(await part(page, 'draw-region').getAttribute('aria-pressed')).toBe('false');
    await part(page, 'draw-region').click();
    const photo = await part(page, 'photo').boundingBox();
    if (!photo) throw new Error('No photo is drawn.');
    const point = (x: number, y: number) => [photo.x + photo.width * x, photo.y + photo.height * y] as const;
    await page.mouse.move(...point(0.255, 0.505));
    await page.mouse.down();
    await page.mouse.move(...point(0.4, 0.8));
    await page.mouse.move(...point(0.495, 0.745));
    await page.mouse.up();
    await expect.poll(() => explained(page)).toMatch(/^maximum of classes\[2, 32:48, 16:32\]/);
    await untilState(page, 'ready');
    expect([await rows.inputValue(), await columns.inputValue()]).toEqual(['32:48', '16:32']);
    const mark = await part(page, 'drawn-region').boundingBox();
    expect([mark?.x, mark?.y, mark?.width, mark?.height].map((side) => Math.round(side ?? 0))).toEqual(
      [...point(0.25, 0.5), photo.width / 4, photo.height / 4].map(Math.round),
    );
    expect((await overlayPixels(page)).rgba).not.toEqual(before.rgba);

    await page.reload();
    await isDrawn(page);
    expect(await explained(page)).toMatch(/^maximum of classes\[2, 32:48, 16:32\]/);
    await part(page, 'usual-target').click();
    await expect.poll(() => explained(page)).toBe(usual);
    expect(await part(page, 'drawn-region').count()).toBe(0);
  });

  test('several can be explained', async () => {
    const { page } = await panels.open(corpus('detector.onnx'), [IMAGE]);
    await explainFirstImage(page);
    expect(await part(page, 'output').inputValue()).toBe('scores');
    expect(await explained(page)).toMatch(/^maximum of logits of scores\[:, \d\]/);
    await part(page, 'axis-1').fill('0');
    await part(page, 'axis-1').press('Enter');
    await expect.poll(() => explained(page)).toMatch(/\[:, 0\]/);
    await part(page, 'output').selectOption('boxes');
    await expect.poll(() => explained(page)).toMatch(/^maximum of boxes/);
    expect(await part(page, 'draw-region').count()).toBe(0);
    await page.reload();
    await untilState(page, 'ready');
    expect(await part(page, 'output').inputValue()).toBe('boxes');
  });
});

test('the grid of a sequence of tokens is said otherwise, and what was found comes back', async () => {
  const { page } = await panels.open(corpus('vision-transformer.onnx'), [IMAGE]);
  await explainFirstImage(page);
  const info = () => textOf(part(page, 'layer-info'));
  const cells = () => part(page, 'resolution').textContent();
  expect(await info()).toContain('4×4of18tokens,withoutthefirst2');
  expect(await cells()).toContain('4 × 4 cells');
  await part(page, 'edit-grid').press('Enter');
  const [rows, columns] = [part(page, 'grid-0'), part(page, 'grid-1')];
  expect(await isFocused(rows)).toBe(true);
  await rows.fill('5');
  expect(await rows.getAttribute('aria-invalid')).toBe('true');
  expect(await page.locator('.right').evaluate((column) => column.scrollWidth - column.clientWidth)).toBe(0);
  await rows.fill('2');
  await columns.fill('8');
  await columns.press('Enter');
  await expect.poll(cells).toContain('8 × 2 cells');
  expect(await info()).toContain('2×8of18tokens');
  expect(await isFocused(part(page, 'edit-grid'))).toBe(true);
  await layerRow(page, 'blocks.0.norm1').click();
  await expect.poll(cells).toContain('8 × 2 cells');
  await part(page, 'forget-grid').click();
  await expect.poll(cells).toContain('4 × 4 cells');
});
