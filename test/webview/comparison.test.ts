import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { choose, facts, PATIENT, part } from './harness/methods.ts';
import { explainFirstImage, layerRow, overlayPixels, untilState } from './harness/page.ts';
import { sample, useLivePanels } from './harness/suite.ts';

const panels = useLivePanels();
const SLOW = 60_000;
const SCENE = sample('images/cactus-and-rocket.jpg');

const untilComputed = (page: Page) => expect.poll(() => facts(page), PATIENT).toContain('Computed in');

test('what came of a method is of the image that it was computed on, and of no other', { timeout: SLOW }, async () => {
  const other = sample('images/house.jpg');
  const memory = { target: { kind: 'class', index: 0 } } as const;
  const { page } = await panels.open(sample('shapes.onnx'), [SCENE, other], { memory });
  await explainFirstImage(page);
  await choose(page, 'Saliency');
  await untilComputed(page);
  // of what the network sees alone, so that it has the same size for both
  await part(page, 'picture').selectOption('heat_map');
  const first = await overlayPixels(page);
  await part(page, 'change-image').click();
  await page.locator('[data-image]', { hasText: 'house.jpg' }).click();
  await expect.poll(() => part(page, 'change-image').textContent()).toContain('house.jpg');
  await untilComputed(page);
  await expect.poll(async () => Buffer.compare((await overlayPixels(page)).rgba, first.rgba) === 0, PATIENT).toBe(false);
});

test('a method is compared with itself, with the same settings, and what is not compared is said', { timeout: SLOW }, async () => {
  const { page, host } = await panels.open(sample('shapes.onnx'), [SCENE]);
  const reload = async () => {
    host.tell('changed', { what: ['model'], files: [sample('shapes.onnx')], reload: true });
    await page.locator('[data-testid=panel][data-state=loading]').waitFor();
    await untilState(page, 'ready');
  };
  await explainFirstImage(page);
  await choose(page, 'Saliency');
  await untilComputed(page);
  await part(page, 'picture').selectOption('heat_map');
  const alone = await overlayPixels(page);
  await reload();
  await untilComputed(page);
  await part(page, 'before').waitFor();
  // nothing was changed: before is what it was
  for (const overlay of ['overlay', 'overlay-before'])
    expect((await overlayPixels(page, `[data-testid=${overlay}]`)).rgba, overlay).toEqual(alone.rgba);
  expect(await part(page, 'before').locator('figcaption').textContent()).toMatch(/^Before: cactus \d/);
  expect(await part(page, 'compared').textContent()).toContain('on one scale');

  await part(page, 'parameters').click();
  await page.locator('[data-parameter=abs]').uncheck();
  await page.keyboard.press('Escape');
  await untilComputed(page);
  await expect.poll(() => part(page, 'compared').textContent()).toContain('was not computed with these settings');
  expect(await part(page, 'before').count()).toBe(0);

  await choose(page, 'LayerActivation');
  await untilComputed(page);
  expect(await part(page, 'compared').count()).toBe(0);
  await reload();
  await untilComputed(page);
  await part(page, 'before').waitFor();
  await layerRow(page, 'stem.conv').click();
  await untilComputed(page);
  await expect.poll(() => part(page, 'before').count()).toBe(0);
  expect(await part(page, 'compared').textContent()).toContain('was not computed with these settings');
});
