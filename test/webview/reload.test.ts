import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Layer, Sweep } from '../../src/protocol/model.ts';
import type { FilesChanged } from '../../src/protocol/panel.ts';
import { explainFirstImage, layerRow, overlayPixels, pixelAt, untilState } from './harness/page.ts';
import { extremeOf, mapOf, usePanels } from './harness/suite.ts';

const panels = usePanels();

const find = (layers: readonly Layer[], id: string): Layer | undefined =>
  layers.map((layer) => (layer.id === id ? layer : find(layer.children, id))).find((layer) => layer !== undefined);
const outputOf = (id: string): string => find(panels.recording().summary.layers, id)?.output ?? '';

const part = (page: Page, testid: string) => page.locator(`[data-testid=${testid}]`);
const change = (page: Page, reload: boolean) =>
  page.evaluate((value) => {
    const changed: FilesChanged = { what: ['model'], files: ['/workspace/shapes.onnx'], reload: value };
    window.fakeHost.tell('changed', changed);
  }, reload);

/** CSS pixels by which what is inside is wider than the element. */
const overhang = (page: Page, selector: string) => page.locator(selector).evaluate((element) => element.scrollWidth - element.clientWidth);

const LONGER = ', and whatever else this class is called';
/** From now on every map is twice as strong, and the best class half as likely, with a longer name. */
const train = (page: Page) =>
  page.evaluate((longer) => {
    const { recording } = window.fakeHost;
    window.fakeHost.recording = {
      ...recording,
      sweeps: recording.sweeps.map((sweep) => ({
        ...sweep,
        target: { ...sweep.target, text: sweep.target.text + longer, probability: sweep.target.probability / 2 },
        maps: sweep.maps.map((map) => ({ ...map, data: map.data.map((value) => 2 * value) })),
      })),
    };
  }, LONGER);

test('a change on disk is asked about or read at once; the map of before stands beside the new one on its scale, until something else is chosen', async () => {
  const page = await panels.open();
  await explainFirstImage(page);
  const [sweep] = panels.recording().sweeps;
  if (!sweep) throw new Error('The recording has no sweep.');
  const target = `${sweep.target.text} `;
  await layerRow(page, 'head.conv').click();

  await change(page, false);
  expect(await part(page, 'changed').textContent()).toContain('shapes.onnx has changed on disk.');
  await part(page, 'changed').getByTitle('Dismiss').click();
  expect(await part(page, 'changed').count()).toBe(0);
  await train(page);
  await change(page, false);
  await part(page, 'reload').press('Enter');
  await part(page, 'before').waitFor();
  await untilState(page, 'ready');
  expect(await part(page, 'changed').count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
  const percent = (probability: number) => `${(probability * 100).toFixed(1)}%`;
  expect(await part(page, 'before').locator('figcaption').textContent()).toBe(`Before: ${target}${percent(sweep.target.probability)}`);
  expect(await part(page, 'now').locator('figcaption').textContent()).toBe(
    `Now: ${sweep.target.text}${LONGER} ${percent(sweep.target.probability / 2)}`,
  );
  expect(await part(page, 'overlay').getAttribute('data-layer')).toBe('head.conv');

  await page.locator('[data-testid=upsampling] input[value=none]').check({ force: true });
  const peak = extremeOf(mapOf(sweep, outputOf('head.conv')), 1);
  const bar = await overlayPixels(page, '[data-testid=color-bar] canvas');
  const [before, now] = [await overlayPixels(page, '[data-testid=overlay-before]'), await overlayPixels(page)];
  expect(pixelAt(now, peak.x, peak.y)).toEqual(pixelAt(bar, 0.999, 0));
  pixelAt(bar, 0.5, 0).forEach((byte, channel) => {
    expect(Math.abs((pixelAt(before, peak.x, peak.y)[channel] ?? 0) - byte)).toBeLessThan(4);
  });

  const usual = page.viewportSize();
  await page.setViewportSize({ width: 760, height: 700 });
  await expect.poll(() => overhang(page, '.pictures')).toBe(0);
  expect((await part(page, 'stage').boundingBox())?.width).toBe((await part(page, 'now').locator('figcaption').boundingBox())?.width);
  if (usual) await page.setViewportSize(usual);

  await layerRow(page, 'head.act').click();
  await part(page, 'before').waitFor();
  await part(page, 'end-comparison').click();
  expect(await part(page, 'before').count()).toBe(0);

  await change(page, true);
  await part(page, 'before').waitFor();
  await untilState(page, 'ready');
  await page.locator('[data-class]').nth(1).click();
  await expect.poll(() => part(page, 'before').count()).toBe(0);
});

test.each([
  ['heat_map', 'stronger of the two; Captum alone'],
  ['blended_heat_map', 'stronger of the two; Captum alone'],
  ['masked_image', 'stronger of the two; Captum alone'],
  ['grad-cam-paper', 'stretched together'],
  ['signed-min-max-jet', 'stretched together'],
] as const)('as %s, both maps are drawn in that picture, on one scale', async (picture, said) => {
  const page = await panels.open();
  await explainFirstImage(page);
  await layerRow(page, 'head.conv').click();
  await part(page, 'picture').selectOption(picture);
  const alone = await overlayPixels(page);
  // a map that is twice as strong is the same picture, where each has its own scale
  await train(page);
  await change(page, true);
  await part(page, 'before').waitFor();
  await untilState(page, 'ready');
  expect(await part(page, 'compared').textContent()).toContain(said);
  expect((await overlayPixels(page)).rgba).toEqual(alone.rgba);
  const before = await overlayPixels(page, '[data-testid=overlay-before]');
  expect(before.rgba).not.toEqual(alone.rgba);
  if (picture === 'heat_map') {
    const at = extremeOf(mapOf(panels.recording().sweeps[0], outputOf('head.conv')), 1);
    // the middle of matplotlib's Blues, and its end
    expect([pixelAt(before, at.x, at.y), pixelAt(alone, at.x, at.y)]).toEqual([
      [106, 173, 213, 255],
      [8, 48, 107, 255],
    ]);
  }
  await part(page, 'stage-before').focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => part(page, 'probe').count()).toBe(2);
  const [then, now] = await part(page, 'probe').allTextContents();
  expect(Number(now)).toBeCloseTo(2 * Number(then), 2);
});

test('several pictures stand each beside that of before, and what is the same for both is not called scaled', async () => {
  const page = await panels.open();
  await explainFirstImage(page);
  await part(page, 'picture').selectOption('several');
  await change(page, true);
  await part(page, 'compared').waitFor();
  expect(await part(page, 'before').count()).toBe(2);
  const captions = await part(page, 'pictures').locator('figcaption').allTextContents();
  expect(captions.map((caption) => caption.split(':')[0])).toEqual(['Before', 'Now', 'Before', 'Now']);
  await part(page, 'figure-form').locator('[data-parameter=title]').nth(1).fill('Heat');
  await part(page, 'figure-form').locator('[data-parameter=title]').nth(1).press('Enter');
  await page.getByRole('group', { name: /^Before: cactus [\d.]+%, Heat\. The image and the map/ }).waitFor();
  expect((await part(page, 'pictures').locator('figcaption').allTextContents()).slice(2)).toEqual(['Before: Heat', 'Now: Heat']);
  const places = await page.locator('.pictures .stage').evaluateAll((stages) => stages.map((stage) => stage.getBoundingClientRect().top));
  expect([places[0], places[2]]).toEqual([places[1], places[3]]);
  await part(page, 'picture').selectOption('original_image');
  await expect.poll(() => part(page, 'before').count()).toBe(1);
  expect(await part(page, 'compared').count()).toBe(0);
});

test('a map that came in small is shown when it has come whole, and compared as that', async () => {
  const page = await panels.open({
    prepare: () => {
      const { recording } = window.fakeHost;
      const [sweep] = recording.sweeps;
      const layer = recording.summary.layers.flatMap(({ children }) => children).find(({ id }) => id === 'head.act');
      const map = sweep?.maps.find(({ output }) => output === layer?.output);
      if (!sweep || !map) throw new Error('The recording has no maps.');
      const small = { ...map, width: 1, height: 1, data: new Float32Array([1]), reduced: { low: 0, high: 1 } };
      window.fakeHost.recording = {
        ...recording,
        sweeps: [{ ...sweep, maps: sweep.maps.map((other) => (other === map ? small : other)) }],
        explanations: { [`${sweep.target.index} head.act`]: { kind: 'map', map, target: sweep.target, ms: 0 } },
      };
    },
  });
  const cells = part(page, 'resolution').getByText(`${mapOf(panels.recording().sweeps[0] as Sweep, outputOf('head.act')).width} × `);
  await explainFirstImage(page);
  await cells.waitFor();
  await layerRow(page, 'head.act').locator('canvas').waitFor();
  await change(page, true);
  await part(page, 'before').waitFor();
  await cells.waitFor();
  await expect.poll(() => page.evaluate(() => window.fakeHost.calls.filter(({ name }) => name === 'explain').length)).toBe(2);
});
