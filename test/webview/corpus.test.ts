import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CASES, type Case, PHOTO } from '../corpus/cases.ts';
import { modelFile } from '../corpus/outcome.ts';
import { LiveHost } from './harness/live.ts';
import { PanelBrowser } from './harness/page.ts';

let browser: PanelBrowser;
beforeAll(async () => {
  browser = await PanelBrowser.launch();
});
afterAll(() => browser.close());
afterEach(() => expect(browser.takeProblems()).toEqual([]));

/** Gives the model its inputs, as a person does. */
async function give(page: Page, given: NonNullable<Case['given']>): Promise<void> {
  for (const [name, source] of Object.entries(given)) {
    const input = page.locator(`[data-input=${JSON.stringify(name)}]`);
    if (source.kind === 'image') await page.locator('[data-testid=image-picker] [data-image]').first().click();
    else if (source.kind === 'npy') await input.getByTestId('choose-input').click();
    else {
      await input.getByTestId('constant-input').fill(String(source.value));
      await input.getByTestId('constant-input').press('Enter');
    }
  }
}

describe('the panel shows of a model what the table says', () => {
  test.each(CASES)('$file: $what', async ({ file, given = PHOTO, told }) => {
    const files = Object.values(given).flatMap((source) => (source.kind === 'constant' ? [] : [source.path]));
    const live = new LiveHost(modelFile(file), files);
    const page = await browser.open({ recording: live });
    try {
      if ('words' in told) {
        if (told.stage !== 'model') await give(page, given);
        await expect.poll(() => page.getByTestId('message').textContent(), { timeout: 10_000 }).toMatch(told.words);
        expect(await page.getByTestId('message').getAttribute('data-kind')).toBe(told.kind);
        return;
      }
      await give(page, given);
      await page.locator('[data-testid=panel][data-state=ready]').waitFor();
      await page.getByTestId('sweep-time').getByText('maps').waitFor();
      expect(await page.getByTestId('sweep-time').textContent()).toMatch(new RegExp(`^${told.maps} maps`));
      expect(await page.getByTestId('explains').textContent()).toBe(`Explains${told.explains}`);
      expect(await page.getByTestId('target').textContent()).toMatch(told.target);
      expect(await page.getByTestId('class-chart').count()).toBe(told.classes === undefined ? 0 : 1);
      if (told.first !== undefined) await page.locator(`[data-testid=overlay][data-layer=${JSON.stringify(told.first)}]`).waitFor();
      for (const note of told.notes ?? []) expect(await page.locator('aside').textContent()).toMatch(note);
      if (told.labels) expect(await page.getByTestId('labelling').textContent()).toMatch(told.labels);
      for (const offer of told.offers ?? []) await page.getByTestId('labelling').getByRole('button', { name: offer }).waitFor();
      if (told.convention) expect(await page.getByTestId('input-convention').textContent()).toMatch(told.convention);
    } finally {
      await page.close();
      await live.close();
    }
  });
});
