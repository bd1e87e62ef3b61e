import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { choose, facts, PATIENT, part } from './harness/methods.ts';
import { explainFirstImage, overlayPixels } from './harness/page.ts';
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
