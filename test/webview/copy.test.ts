import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { explainFirstImage, untilState } from './harness/page.ts';
import { usePanels } from './harness/suite.ts';

const panels = usePanels();

/** A browser makes a PNG when it has nothing else to do, or else after eleven seconds. */
const PATIENT = { timeout: 25_000 };
vi.setConfig({ testTimeout: 60_000 });

const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };

/** The picture on the clipboard: its size, and a hash of its pixels. Nothing yet: undefined. */
const onClipboard = (page: Page) =>
  page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    if (!item?.types.includes('image/png')) return undefined;
    return pictureOf(await item.getType('image/png'));

    async function pictureOf(png: Blob) {
      const bitmap = await createImageBitmap(png);
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      const pixels = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray();
      const hash = await crypto.subtle.digest('SHA-256', pixels);
      return { size: [bitmap.width, bitmap.height], hash: btoa(String.fromCharCode(...new Uint8Array(hash))) };
    }
  });

const emptyClipboard = (page: Page) => page.evaluate(() => navigator.clipboard.writeText('nothing'));

/** The size that a saved picture of the recording has. */
const wantedSize = (): number[] => {
  const { original } = Object.values(panels.recording().images)[0] ?? {};
  const [width, height] = [original?.width ?? 0, original?.height ?? 0];
  const factor = Math.ceil(512 / Math.max(width, height));
  return [width * factor, height * factor];
};

describe('the picture that is shown is copied', () => {
  test.each<[string, (page: Page) => Promise<unknown>]>([
    ['by its button', (page) => page.locator('[data-testid=copy]').click()],
    [
      'by Ctrl+C on it',
      (page) =>
        page
          .locator('[data-testid=stage]')
          .focus()
          .then(() => page.keyboard.press('Control+c')),
    ],
    ['by a command of the palette', (page) => page.evaluate(() => window.fakeHost.tell('command', 'copyPicture'))],
  ])('%s', async (_, copy) => {
    const page = await panels.open(CLIPBOARD);
    await explainFirstImage(page);
    await emptyClipboard(page);
    await copy(page);
    await expect.poll(() => onClipboard(page), PATIENT).toMatchObject({ size: wantedSize() });
    await expect.poll(() => page.locator('[role=status]', { hasText: 'Copied' }).count()).toBe(1);
  });

  test('with the map that is shown', async () => {
    const page = await panels.open(CLIPBOARD);
    await explainFirstImage(page);
    // it still holds the picture of the test before, so that the first copy would not be waited for
    await emptyClipboard(page);
    await page.locator('[data-testid=copy]').click();
    await expect.poll(() => onClipboard(page), PATIENT).toBeDefined();
    const before = await onClipboard(page);
    await page.locator('[data-testid=sign] input[value=negative]').check({ force: true });
    await page.locator('[data-testid=copy]').click();
    await expect.poll(async () => (await onClipboard(page))?.hash, PATIENT).not.toBe(before?.hash);
  });
});

test('Ctrl+C copies text where some is selected', async () => {
  const page = await panels.open(CLIPBOARD);
  await explainFirstImage(page);
  await page.evaluate(() => {
    const words = document.querySelector('[data-testid=meaning]');
    if (words) getSelection()?.selectAllChildren(words);
  });
  await page.locator('[data-testid=stage]').focus();
  await page.keyboard.press('Control+c');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^Bright areas/);
});

describe('a picture that cannot be copied', () => {
  test('because the clipboard is out of reach can be saved', async () => {
    const page = await panels.open();
    const browser = await page.context().newCDPSession(page);
    const { browserContextId = '' } = (await browser.send('Target.getTargetInfo')).targetInfo;
    await browser.send('Browser.setPermission', { permission: { name: 'clipboard-write' }, setting: 'denied', browserContextId });
    await explainFirstImage(page);
    await page.locator('[data-testid=copy]').click();
    await untilState(page, 'error');
    expect(await page.locator('[data-testid=message]').textContent()).toMatch(/could not be copied.*Save the picture instead/);
    await page.locator('[data-testid=save-instead]').click();
    await page.waitForFunction(() => window.fakeHost.calls.some(({ name }) => name === 'savePicture'));
    await untilState(page, 'ready');
  });

  test('because there is none: it is said', async () => {
    const page = await panels.open();
    await untilState(page, 'empty');
    await page.evaluate(() => window.fakeHost.tell('command', 'copyPicture'));
    await untilState(page, 'error');
    expect(await page.locator('[data-testid=message]').textContent()).toMatch(/could not be copied.*No map is shown/);
    expect(await page.locator('[data-testid=save-instead]').count()).toBe(0);
  });
});
