import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Model } from '../../src/app/model.ts';
import { type PictureSpec, pictureStyle } from '../../src/app/picture/pictureStyle.ts';
import { runJob } from '../../src/cli/jobs.ts';
import type { PanelMemory } from '../../src/protocol/panel.ts';
import { PIXEL_TOLERANCE, TUTORIALS, type TutorialStyle } from '../tools/tutorials.ts';
import { temporaryFolder } from '../unit/formats/models.ts';
import { maxDifference, rgbOf, sampled } from '../unit/image/fixtures.ts';
import type { LiveHost } from './harness/live.ts';
import { choose, facts, part } from './harness/methods.ts';
import { explainFirstImage, layerRow, overlayPixels } from './harness/page.ts';
import { sample, useLivePanels } from './harness/suite.ts';

const panels = useLivePanels();
const SLOW = 120_000;
const field = (page: Page, name: string, at = 0) => part(page, 'figure-form').locator(`[data-parameter=${name}]`).nth(at);

async function fill(page: Page, name: string, value: string, at = 0): Promise<void> {
  await field(page, name, at).fill(value);
  await field(page, name, at).press('Enter');
}

const untilComputed = (page: Page) => expect.poll(() => facts(page), { timeout: SLOW / 2 }).toContain('Computed in');

async function saved(page: Page, host: LiveHost) {
  const before = host.saved;
  await part(page, 'save').click();
  await expect.poll(() => host.saved !== before).toBe(true);
  return decode(host.saved ?? new Uint8Array());
}

describe.each(TUTORIALS)("pictures of a $name are those of Captum's tutorials", { timeout: SLOW }, ({ model, image, cases }) => {
  /** The last of every method, without those that take long: others differ from it in what is computed, not in how it is drawn. */
  const byMethod = new Map(cases.filter(({ set }) => set?.n_steps === undefined).map((one) => [one.method, one]));

  test.each([...byMethod])('%s', async (method, { layer, target, baseline, set = {}, pictures }) => {
    const memory: PanelMemory = {
      target: { kind: 'class', index: target },
      ...(layer !== undefined && { layer }),
      method: { chosen: method, settings: { [method]: { set, ...(baseline !== undefined && { baseline }) } } },
    };
    const { page, host } = await panels.open(model, [image], { memory });
    await page.locator('[data-testid=image-picker] [data-image]').first().click();
    await untilComputed(page);
    for (const { style, every, pixels } of pictures) {
      await draw(page, style);
      const wanted = Buffer.from(pixels, 'base64');
      const differences = async () => {
        const [shown, file] = [await overlayPixels(page), await saved(page, host)];
        return [{ ...shown, data: shown.rgba }, file].map((picture) => maxDifference(sampled(picture, every), wanted));
      };
      await expect.poll(async () => Math.max(...(await differences()))).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    }
  });
});

/** Asks for a picture in the form. */
async function draw(page: Page, { method, sign, outlier_perc = 2, cmap }: TutorialStyle): Promise<void> {
  await part(page, 'picture').selectOption(method);
  if (method !== 'original_image') {
    await field(page, 'sign').selectOption(sign);
    await fill(page, 'outlier_perc', String(outlier_perc));
  }
  if (method.endsWith('heat_map')) await fill(page, 'cmap', cmap === undefined ? '' : JSON.stringify(cmap));
}

describe('pictures', { timeout: SLOW }, () => {
  const MODEL = sample('shapes.onnx');
  const IMAGE = sample('images/cactus-and-rocket.jpg');

  async function openSample() {
    const opened = await panels.open(MODEL, [IMAGE]);
    await explainFirstImage(opened.page);
    return opened;
  }

  async function run(page: Page, method: string): Promise<void> {
    await choose(page, method);
    await untilComputed(page);
  }

  /** What the command line draws of the class that is explained in the panel. */
  async function drawn(page: Page, picture: PictureSpec, job: { readonly method: string; readonly layer?: string }) {
    const target = Number(await part(page, 'overlay').first().getAttribute('data-target'));
    const model = Model.open(MODEL, { threads: 1 });
    const out = path.join(temporaryFolder(), 'picture.png');
    await runJob(model, { ...job, target, set: {}, inputs: [IMAGE], out, picture: pictureStyle(picture) });
    await model.release();
    return decode(readFileSync(out));
  }

  test("of a layer's map are those of the command line: presets, which say what they hide, and Captum's over the cells", async () => {
    const { page, host } = await openSample();
    const layer = { method: 'LayerGradCam', layer: 'head.act' };
    for (const [name, hidden] of [
      ['grad-cam-paper', /hardly any evidence is as colourful/],
      ['signed-min-max-jet', /no colour stands for zero/],
    ] as const) {
      await part(page, 'picture').selectOption(name);
      await expect.poll(() => part(page, 'hidden').textContent()).toMatch(hidden);
      expect((await saved(page, host)).data).toEqual((await drawn(page, name, layer)).data);
    }
    await part(page, 'picture').selectOption('blended_heat_map');
    expect(await part(page, 'hidden').count()).toBe(0);
    await field(page, 'interpolate_mode').selectOption('bilinear');
    await field(page, 'sign').selectOption('all');
    const picture = { method: 'blended_heat_map', sign: 'all', interpolate_mode: 'bilinear' };
    expect((await saved(page, host)).data).toEqual((await drawn(page, picture, layer)).data);
    await expect
      .poll(() => part(page, 'meaning').textContent())
      .toBe('Green counts towards cactus, red counts against it, and white does neither.');
    await layerRow(page, 'stem.conv').click();
    await page.locator('[data-testid=overlay][data-layer="stem.conv"]').waitFor();
    expect((await saved(page, host)).data).toEqual((await drawn(page, picture, { ...layer, layer: 'stem.conv' })).data);
  });

  test('stand side by side with titles and colour bars, are read together, and saved as one figure', async () => {
    const { page, host } = await openSample();
    await run(page, 'Saliency');
    await part(page, 'picture').selectOption('several');
    await expect.poll(() => part(page, 'stage').count()).toBe(2);
    await fill(page, 'title', 'Image', 0);
    await fill(page, 'title', 'Saliency', 1);
    await part(page, 'add-picture').click();
    await field(page, 'method', 2).selectOption('blended_heat_map');
    await field(page, 'show_colorbar').check();
    await fill(page, 'outlier_perc', '5');
    await expect.poll(() => part(page, 'color-bar').count()).toBe(2);
    expect(await part(page, 'pictures').locator('figcaption').allTextContents()).toEqual(['Image', 'Saliency', 'Saliency']);
    const figure = await saved(page, host);
    const wanted = await drawn(
      page,
      {
        methods: ['original_image', 'heat_map', 'blended_heat_map'],
        signs: ['absolute_value', 'absolute_value', 'absolute_value'],
        titles: ['Image', 'Saliency', 'Saliency'],
        show_colorbar: true,
        outlier_perc: 5,
      },
      { method: 'Saliency' },
    );
    expect([figure.width, figure.height]).toEqual([wanted.width, wanted.height]);
    expect(figure.data).toEqual(wanted.data);

    await part(page, 'stage').first().focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => part(page, 'probe').count()).toBe(3);
    const [first, ...others] = await part(page, 'probe').allTextContents();
    expect(others).toEqual([first, first]);
    await page.keyboard.press('+');
    await expect.poll(() => page.locator('.zoom output').textContent()).toBe('125%');

    await part(page, 'figure-form').getByTitle('Remove picture 3').click();
    await part(page, 'figure-form').getByTitle('Remove picture 1').click();
    await expect.poll(() => part(page, 'picture').inputValue()).toBe('heat_map');
  });

  test('tell what is wrong with a colormap and with a sign, and take colours at positions', async () => {
    const { page, host } = await openSample();
    await run(page, 'Saliency');
    await part(page, 'picture').selectOption('heat_map');
    for (const [cmap, problem] of [
      ['grays', /cmap should be one of inferno.*not "grays"/],
      ['[[0, "#fff"]', /cmap should be one of.*or a list of colours at positions/],
      ['[[0, "#fff"], [0.5, "#00f"]]', /should rise from 0 to 1, not 0, 0\.5/],
      ['["#fff", "blue"]', /not "blue"/],
    ] as const) {
      await fill(page, 'cmap', cmap);
      await expect.poll(() => part(page, 'picture-problem').textContent()).toMatch(problem);
      expect(await part(page, 'overlay').count()).toBe(0);
      expect(await field(page, 'cmap').inputValue()).not.toBe('');
    }
    await fill(page, 'cmap', '[[0, "#fff"], [0.25, "#00f"], [1, "#00f"]]');
    await expect.poll(() => part(page, 'picture-problem').count()).toBe(0);
    const cmap = [
      [0, '#fff'],
      [0.25, '#00f'],
      [1, '#00f'],
    ];
    expect((await saved(page, host)).data).toEqual((await drawn(page, { cmap }, { method: 'Saliency' })).data);
    await field(page, 'sign').selectOption('all');
    await part(page, 'picture').selectOption('masked_image');
    await expect.poll(() => part(page, 'picture-problem').textContent()).toContain('choose the sign positive, negative or absolute_value');
  });

  test('are in the tree in small, with the same sign and colours', async () => {
    const { page } = await openSample();
    const colours = async () => {
      const { rgba } = await overlayPixels(page, '[data-layer-id="head.act"] .thumbnail');
      const at = Array.from({ length: rgba.length / 4 }, (_, i) => i * 4);
      return new Set(at.map((i) => [...rgba.subarray(i, i + 3)].join()));
    };
    // matplotlib's first colours
    for (const [picture, least] of [
      ['perceptual', '0,0,3'],
      ['grad-cam-paper', '0,0,127'],
      ['signed-min-max-jet', '0,0,127'],
      ['heat_map', '247,251,255'],
    ] as const) {
      await part(page, 'picture').selectOption(picture);
      await expect.poll(async () => (await colours()).has(least), { message: picture }).toBe(true);
    }
    await field(page, 'sign').selectOption('negative');
    await expect.poll(async () => (await colours()).has('255,245,240')).toBe(true);
    await field(page, 'sign').selectOption('all');
    await fill(page, 'cmap', '["#ff0000", "#0000ff", "#00ff00"]');
    await expect.poll(async () => [...(await colours())].some((colour) => /^[0-3],\d+,\d+$/.test(colour))).toBe(true);
  });

  test('are remembered, and given up for the overlay, which has the photo again', async () => {
    const { page } = await openSample();
    await part(page, 'picture').selectOption('alpha_scaling');
    await field(page, 'sign').selectOption('positive');
    expect(await part(page, 'over').count()).toBe(0);
    const before = await overlayPixels(page);
    await page.reload();
    await page.locator('[data-testid=overlay][data-layer]').waitFor();
    expect(await part(page, 'picture').inputValue()).toBe('alpha_scaling');
    expect(await field(page, 'sign').inputValue()).toBe('positive');
    expect((await overlayPixels(page)).rgba).toEqual(before.rgba);
    await part(page, 'picture').selectOption('perceptual');
    await expect.poll(() => part(page, 'over').count()).toBe(1);
    expect((await overlayPixels(page)).rgba).not.toEqual(before.rgba);
  });

  test('of every pixel lie over the photo in dark gray, which fades with them', async () => {
    const { page } = await openSample();
    expect(await part(page, 'backdrop').count()).toBe(0);
    await run(page, 'Saliency');
    const backdrop = await overlayPixels(page, '[data-testid=backdrop]');
    const photo = await overlayPixels(page, '[data-testid=photo]');
    const [gray, colours] = [rgbOf({ data: backdrop.rgba }), rgbOf({ data: photo.rgba })];
    for (let i = 0; i < gray.length; i += 3) {
      const [red = 0, green = 0, blue = 0] = colours.subarray(i, i + 3);
      const wanted = 0.4 * (0.299 * red + 0.587 * green + 0.114 * blue);
      if (gray[i] !== gray[i + 1] || gray[i] !== gray[i + 2] || Math.abs((gray[i] ?? 0) - wanted) > 1) throw new Error(`pixel ${i / 3}`);
    }
    const opacity = () => part(page, 'backdrop').evaluate((canvas) => getComputedStyle(canvas).opacity);
    expect(await opacity()).toBe('1');
    await part(page, 'opacity').fill('30');
    await expect.poll(opacity).toBe('0.3');
    await run(page, 'LayerActivation');
    expect(await part(page, 'backdrop').count()).toBe(0);
  });
});
