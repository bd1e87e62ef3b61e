import { describe, expect, test } from 'vitest';
import { explainFirstImage, untilState } from './harness/page.ts';
import { usePanels } from './harness/suite.ts';

const panels = usePanels();

describe('the prediction', () => {
  test('lists the top classes with their labels and percentages', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const top = panels.recording().sweeps[0]?.prediction.top ?? [];
    const rows = page.locator('[data-testid=class-chart] [data-class]');
    expect(await rows.count()).toBe(5);
    const texts = await rows.allTextContents();
    top.forEach(({ label = '', probability }, i) => {
      expect(texts[i]).toContain(label);
      expect(texts[i]).toContain(`${(probability * 100).toFixed(1)}%`.replace(/^0\.0%$/, ''));
    });
    expect(await rows.first().getAttribute('aria-pressed')).toBe('true');
  });

  test('draws its bars on a scale of 0 to 100%', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const share = await page.locator('.class-bars canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const context = canvas.getContext('2d', { willReadFrequently: true });
      const row = context?.getImageData(0, Math.floor(canvas.height / 10), canvas.width, 1).data ?? new Uint8ClampedArray();
      const opaque = Array.from({ length: canvas.width }, (_, x) => row[x * 4 + 3] ?? 0).filter((alpha) => alpha > 250).length;
      return opaque / canvas.width;
    });
    expect(share).toBeCloseTo(panels.recording().sweeps[0]?.prediction.top[0]?.probability ?? 0, 1);
  });

  test('makes a class the target with the keyboard, keeps it for the next image, and follows the top class again', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const [first, second] = panels.recording().sweeps;
    const overlay = (target: number | undefined) => page.locator(`[data-testid=overlay][data-target="${target}"]`).waitFor();
    await page.locator(`[data-class="${second?.target.index}"]`).focus();
    await page.keyboard.press('Enter');
    await overlay(second?.target.index);
    expect(await page.locator('[data-testid=target]').textContent()).toBe(second?.target.label);

    await page.locator('[data-testid=change-image]').click();
    await page.locator('[data-image]').nth(1).click();
    await page.getByText('house.jpg').waitFor();
    await overlay(second?.target.index);

    await page.locator('[data-testid=target]').click();
    await overlay(first?.target.index);
    const sweeps = await page.evaluate(() => window.fakeHost.calls.filter(({ name }) => name === 'sweep').map(({ params }) => params));
    const target = second?.target.target;
    expect(sweeps).toEqual([{}, { target }, { target }, {}]);
  });

  test('finds any class by words or number, and explains it', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const { labels = [] } = panels.recording().summary;
    const wanted = panels.recording().sweeps[3]?.target;
    if (!wanted?.label) throw new Error('The recording has no labels.');
    await page.locator('[data-testid=another-class]').click();
    const search = page.locator('[data-testid=class-search]');
    const options = page.locator('[data-option]');
    await expect.poll(() => options.count()).toBe(labels.length);
    await search.fill('no such thing');
    await page.getByText('No class matches.').waitFor();
    await search.fill(String(wanted.index));
    expect(await options.first().getAttribute('data-option')).toBe(String(wanted.index));
    await search.fill(wanted.label.slice(0, 4).toUpperCase());
    expect(await options.first().textContent()).toContain(wanted.label);
    await search.press('Enter');
    await page.locator(`[data-testid=overlay][data-target="${wanted.index}"]`).waitFor();
    expect(await search.count()).toBe(0);
  });

  test('the command that opens the search opens it once, not again for every image', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await page.evaluate(() => window.fakeHost.tell('command', 'chooseTarget'));
    const search = page.locator('[data-testid=class-search]');
    await search.press('Escape');
    expect(await search.count()).toBe(0);
    await page.locator('[data-testid=change-image]').click();
    await page.locator('[data-image]').nth(1).click();
    await untilState(page, 'ready');
    await page.locator('[data-testid=another-class]').waitFor();
    expect(await search.count()).toBe(0);
  });

  test('says what is known of the layer and the model', async () => {
    const page = await panels.open({}, (recording) => ({
      ...recording,
      summary: { ...recording.summary, notes: ['Shapes of two layers are not known.'] },
    }));
    await explainFirstImage(page);
    const info = await page.locator('[data-testid=layer-info]').textContent();
    expect(info).toMatch(/head\.act.*Relu.*batch×160×16×16/);
    await page.getByText('Shapes of two layers are not known.').waitFor();
    await page.locator('[data-testid=input-convention]').click();
    const input = await page.locator('.conventions .facts').textContent();
    expect(input).toMatch(/128 × 128 pixels, fixed by the model.*RGB, NCHW/);
  });
});
