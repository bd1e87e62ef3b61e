import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { explainFirstImage, layerRow, type ThemeName, untilState } from './harness/page.ts';
import { usePanels } from './harness/suite.ts';

const panels = usePanels();
type Page = Awaited<ReturnType<typeof panels.open>>;
const THEMES: readonly ThemeName[] = ['dark', 'light', 'high-contrast', 'high-contrast-light'];

/** The contrast (WCAG) of an element's text with the background that lies behind it. */
const contrastOf = (page: Page, selector: string): Promise<number> =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
      if (!context) throw new Error('No canvas.');
      const backgrounds: string[] = [];
      for (let at: Element | null = element; at; at = at.parentElement) backgrounds.unshift(getComputedStyle(at).backgroundColor);
      const luminance = (colors: readonly string[]): number => {
        context.clearRect(0, 0, 1, 1);
        for (const color of colors) {
          context.fillStyle = color;
          context.fillRect(0, 0, 1, 1);
        }
        const [r = 0, g = 0, b = 0] = [...context.getImageData(0, 0, 1, 1).data].map((byte) => {
          const c = byte / 255;
          return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const behind = luminance(backgrounds);
      const text = luminance([...backgrounds, getComputedStyle(element).color]);
      return (Math.max(behind, text) + 0.05) / (Math.min(behind, text) + 0.05);
    });

describe.each(THEMES)('in the theme %s', (theme) => {
  test('text can be read', async () => {
    const page = await panels.open({ theme });
    await explainFirstImage(page);
    for (const selector of [
      '.top-facts',
      '.row-kind',
      '.row-shape',
      '.row.selected .row-shape',
      '[data-testid=resolution]',
      '.ticks span',
      '.class-row',
      '.class-row.on',
      '.class-axis',
      '.foot output',
      '.left-foot',
      '.segments label',
      '.facts dt',
      '.truth.links .link',
      '.labelling',
    ])
      expect(await contrastOf(page, selector), selector).toBeGreaterThan(4.5);

    await page.locator('[data-testid=set-truth]').click();
    await page.locator('[data-testid=truth-search]').fill('mug');
    await page.locator('[data-testid=truth-search]').press('Enter');
    await page.locator('[data-testid=input-convention]').click();
    await page.locator('.conventions').waitFor();
    for (const selector of ['.truth strong', '.conventions .facts dt', '.conventions .facts dd'])
      expect(await contrastOf(page, selector), selector).toBeGreaterThan(4.5);
    // a drawing, for which 3 is enough
    expect(await contrastOf(page, '.truth .icon')).toBeGreaterThan(3);
  });
});

describe('the styles', () => {
  test('take every colour of the interface from variables that VS Code has', () => {
    const folder = fileURLToPath(new URL('../../webview/styles/', import.meta.url));
    const themes = JSON.parse(readFileSync(new URL('./fixtures/themes.json', import.meta.url), 'utf8')) as Record<
      string,
      { variables: object }
    >;
    const known = new Set(Object.keys(themes.dark?.variables ?? {}));
    for (const file of readdirSync(folder)) {
      const css = readFileSync(`${folder}${file}`, 'utf8');
      for (const [name] of css.matchAll(/--vscode-[\w-]+/g)) expect(known, `${name} in ${file}`).toContain(name);
      const colors = [...css.matchAll(/^.*(#[\da-f]{3,8}\b|rgba?\().*$/gim)].map(([line]) => line.trim());
      if (file !== 'image.css') expect(colors, file).toEqual([]);
    }
  });

  test('high contrast outlines the selected row', async () => {
    const page = await panels.open({ theme: 'high-contrast' });
    await explainFirstImage(page);
    const outline = await layerRow(page, 'head.act').evaluate((row) => getComputedStyle(row).outlineColor);
    expect(outline).toBe('rgb(243, 133, 24)');
  });

  test('reduced motion stops what moves', async () => {
    const page = await panels.open({
      reducedMotion: 'reduce',
      prepare: () => {
        window.fakeHost.delays.sweep = 3000;
      },
    });
    await page.locator('[data-image]').first().click();
    const bar = page.locator('.progress i');
    await bar.waitFor();
    expect(await bar.evaluate((element) => getComputedStyle(element).animationName)).toBe('none');
  });
});

describe('narrow windows', () => {
  test.each([320, 340, 640])('of %i pixels show one part at a time and overflow nowhere', async (width) => {
    const page = await panels.open({ size: { width, height: 700 } });
    await explainFirstImage(page);
    const fits = async (selector: string) => {
      expect(await page.locator(selector).isVisible(), selector).toBe(true);
      const over = await page.evaluate(() => document.scrollingElement?.scrollWidth ?? 0);
      expect(over).toBeLessThanOrEqual(width);
      const inside = await page.locator(selector).evaluate((element) => element.scrollWidth - element.clientWidth);
      expect(inside, selector).toBeLessThanOrEqual(0);
    };
    await fits('.centre');
    await fits('.top-bar');
    const top = async (testid: string) => (await page.getByTestId(testid).boundingBox())?.y ?? 0;
    expect(await top('save')).toBe(await top('copy'));
    expect(await top('method')).toBeGreaterThan(await top('save'));
    await page.locator('[data-tab-name=layers]').click();
    await fits('.left');
    expect(await page.locator('.centre').isVisible()).toBe(false);
    await layerRow(page, 'head.conv').click();
    await page.locator('[data-testid=overlay][data-layer="head.conv"]').waitFor();
    await page.locator('[data-tab-name=prediction]').click();
    await fits('.right');
  });

  test('of medium width show the prediction under the image', async () => {
    const page = await panels.open({ size: { width: 900, height: 800 } });
    await explainFirstImage(page);
    const [centre, right] = await Promise.all(['.centre', '.right'].map((selector) => page.locator(selector).boundingBox()));
    expect(right?.x).toBe(centre?.x);
    expect(right?.y).toBeGreaterThan(centre?.y ?? 0);
  });

  test('the columns of a wide window are resized with the pointer and the keyboard, and stay so', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const width = async () => (await page.locator('.left').boundingBox())?.width ?? 0;
    const before = await width();
    const splitter = page.getByRole('separator', { name: 'Width of the layers' });
    await splitter.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(width).toBe(before + 16);
    const box = await splitter.boundingBox();
    await page.mouse.move(box?.x ?? 0, 400);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 60, 400);
    await page.mouse.up();
    await expect.poll(width).toBe(before + 76);
    await page.reload();
    await page.locator('[data-testid=overlay][data-layer]').waitFor();
    expect(await width()).toBe(before + 76);
  });
});

describe('names that come from files', () => {
  const EVIL = '<img src=x onerror="document.title=\'owned\'"><b>bold</b>';

  test('stay text wherever they are shown', async () => {
    const page = await panels.open({}, (recording) => ({
      ...recording,
      summary: {
        ...recording.summary,
        fileName: EVIL,
        format: EVIL,
        notes: [EVIL],
        layers: recording.summary.layers.map((layer) =>
          layer.id === 'pool' ? { ...layer, id: EVIL, name: EVIL, kind: EVIL, detail: EVIL, shape: EVIL } : layer,
        ),
      },
      sweeps: recording.sweeps.map((sweep) => ({
        ...sweep,
        target: { ...sweep.target, label: EVIL, text: EVIL },
        prediction: {
          ...sweep.prediction,
          output: EVIL,
          scale: EVIL,
          top: sweep.prediction.top.map((score) => ({ ...score, label: EVIL, text: EVIL })),
        },
      })),
    }));
    await explainFirstImage(page);
    await untilState(page, 'ready');
    expect(await page.locator('img, b').count()).toBe(0);
    expect(await page.title()).toBe('Panel');
    expect(await page.locator('h1').textContent()).toBe(EVIL);
    expect(await page.locator('[data-testid=meaning]').textContent()).toContain(EVIL);
    await page.locator('.row-name', { hasText: EVIL }).waitFor();
  });
});
