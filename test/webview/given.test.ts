import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { writeNpy } from '../../src/tensor/npy.ts';
import { tensor } from '../../src/tensor/tensor.ts';
import { dropFile, explainFirstImage, isFocused, layerRow, overlayPixels, textOf, untilState } from './harness/page.ts';
import { corpus, sample, useLivePanels } from './harness/suite.ts';

const panels = useLivePanels();
const IMAGE = sample('images/house.jpg');
const CLEAR = fileURLToPath(new URL('../fixtures/image/files/alpha.png', import.meta.url));

const convention = (page: Page) => page.locator('[data-testid=input-convention]');
/** The best class and its percentage, without spaces: "house98.1%". */
const best = (page: Page) => textOf(page.locator('[data-testid=class-chart] [data-class]').first());

describe('how an image becomes the input', () => {
  test('is compared with the usual conventions; one is adopted, outlives a reload, and is saved', async () => {
    const folder = panels.folder({ 'shapes.onnx': sample('shapes.onnx'), 'labels.txt': sample('labels.txt') });
    const { page } = await panels.open(path.join(folder, 'shapes.onnx'), [IMAGE]);
    await explainFirstImage(page);
    expect(await textOf(convention(page))).toBe('ImageNetmean/stdguessed');
    const guessed = await best(page);

    await convention(page).press('Enter');
    const outcome = page.locator('[data-convention="0 to 255, RGB"]');
    const expected = await textOf(outcome.locator('.best'));
    expect(await textOf(page.locator('.outcome[aria-pressed=true] .best'))).toBe(guessed);
    expect(expected).not.toBe(guessed);
    const sureness = (await page.locator('.outcome .best').allTextContents()).map((text) => Number(/([\d.]+)%/.exec(text)?.[1]));
    expect(sureness).toEqual(sureness.toSorted((a, b) => b - a));
    expect(sureness).toHaveLength(10);
    await outcome.press('Enter');
    await expect.poll(() => best(page)).toBe(expected);
    expect(await textOf(convention(page))).toBe('0to255');
    expect(await isFocused(convention(page))).toBe(true);

    await page.reload();
    await untilState(page, 'ready');
    expect([await textOf(convention(page)), await best(page)]).toEqual(['0to255', expected]);

    await convention(page).click();
    await page.locator('[data-testid=save-configuration]').click();
    await expect.poll(() => textOf(convention(page))).toBe('frominspectum.json');
    await untilState(page, 'ready');
    expect(await best(page)).toBe(expected);
    const { input } = JSON.parse(readFileSync(path.join(folder, 'inspectum.json'), 'utf8'));
    expect(input).toMatchObject({ range: [0, 255], mean: [0], std: [1] });
    await convention(page).click();
    expect(await page.locator('[data-testid=forget-convention]').count()).toBe(0);
    expect(await page.locator('[data-testid=save-configuration]').isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('.popover').count()).toBe(0);
    expect(await isFocused(convention(page))).toBe(true);
  });

  test('has a size of one’s own where the model leaves it open, and a colour behind transparent pixels', async () => {
    const { page } = await panels.open(corpus('any-size.onnx'), [CLEAR]);
    const shape = layerRow(page, 'Conv_0').locator('.row-shape');
    await explainFirstImage(page);
    expect(await shape.textContent()).toBe('8×112×112');
    await convention(page).click();
    const size = page.locator('[data-testid=input-size]');
    expect(await size.inputValue()).toBe('224 × 224');
    await size.fill('64');
    expect(await size.getAttribute('aria-invalid')).toBe('true');
    await size.fill('64x48');
    await size.press('Enter');
    await expect.poll(() => shape.textContent()).toBe('8×24×32');
    expect(await size.inputValue()).toBe('64 × 48');
    expect(await isFocused(size)).toBe(true);

    await page.locator('[data-testid=over] input[value=input]').check({ force: true });
    const network = () => overlayPixels(page, '[data-testid=photo]');
    const brightness = async () => (await network()).rgba.reduce((sum, byte) => sum + byte, 0);
    expect(await network()).toMatchObject({ width: 64, height: 48 });
    const asFound = await brightness();
    await convention(page).click();
    await page.locator('[data-testid=background]').selectOption('white');
    await expect.poll(brightness).toBeGreaterThan(asFound);
    expect(await shape.textContent()).toBe('8×24×32');
  });

  test('plays no part for an array, which is fed as it is', async () => {
    const folder = panels.folder({});
    const array = path.join(folder, 'array.npy');
    writeFileSync(
      array,
      writeNpy(
        tensor(
          'float32',
          [1, 3, 32, 32],
          Float32Array.from({ length: 3072 }, (_, i) => Math.sin(i / 50)),
        ),
      ),
    );
    const { page } = await panels.open(corpus('folded-batchnorm.onnx'), [array]);
    await untilState(page, 'empty');
    await dropFile(page, 'array.npy');
    await page.locator('[data-testid=class-chart]').waitFor();
    expect(await textOf(page.locator('[data-testid=change-image]'))).toBe('array.npy');
    expect(await convention(page).count()).toBe(0);
  });
});

describe('a model of more than an image', () => {
  test('says what is missing, explains when all is given, and gives it again after a reload', async () => {
    const { page } = await panels.open(corpus('two-inputs.onnx'), [IMAGE]);
    const source = (input: string) => page.locator(`[data-input=${input}] .input-source`);
    const number = page.locator('[data-input=temperature] [data-testid=constant-input]');
    await untilState(page, 'empty');
    expect(await textOf(source('temperature'))).toBe('nothingyet');
    await page.locator('[data-image]').first().click();
    await expect.poll(() => textOf(source('image'))).toBe('house.jpg');
    expect(await textOf(source('temperature'))).toBe('nothingyet');
    await untilState(page, 'empty');
    await number.fill('two');
    expect(await number.getAttribute('aria-invalid')).toBe('true');
    await number.fill('2');
    await number.press('Enter');
    await page.locator('[data-testid=overlay][data-layer]').waitFor();
    const hot = await best(page);

    const chip = page.locator('[data-testid=inputs-chip]');
    expect(await textOf(chip)).toBe('2of2inputs');
    await chip.press('Enter');
    for (let i = 0; i < 4 && !(await isFocused(number)); i++) await page.keyboard.press('Tab');
    await number.fill('0');
    await number.press('Enter');
    await expect.poll(() => best(page)).not.toBe(hot);
    expect(await textOf(source('temperature'))).toBe('0ineveryelement');
    const cold = await best(page);
    await page.keyboard.press('Escape');
    expect(await isFocused(chip)).toBe(true);

    await page.reload();
    await untilState(page, 'ready');
    expect(await best(page)).toBe(cold);
  });

  test('or of none: arrays are fed to it, and what has no map has a chart', async () => {
    const { page } = await panels.open(corpus('tabular.onnx'), [corpus('features.npy')]);
    await page.getByText('This model takes no image').waitFor();
    await page.locator('[data-testid=choose-input]').click();
    await page.getByText('No layer of this model has a map in two dimensions').waitFor();
    expect(await textOf(page.locator('[data-testid=inputs-chip]'))).toBe('features.npy');
    expect(await page.locator('[data-testid=class-chart] [data-class]').count()).toBe(3);
    for (const idle of ['over', 'sign', 'zoom-in', 'set-truth', 'input-convention'])
      expect(await page.locator(`[data-testid=${idle}]`).count(), idle).toBe(0);
    await layerRow(page, 'Relu_1').click();
    await page.locator('[data-testid=unit-chart]').waitFor();
  });
});
