import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { choose, facts, PATIENT, part } from './harness/methods.ts';
import { explainFirstImage, layerRow, overlayPixels, untilState } from './harness/page.ts';
import { sample, useLivePanels } from './harness/suite.ts';

const panels = useLivePanels();

async function openSample() {
  const opened = await panels.open(sample('shapes.onnx'), [sample('images/cactus-and-rocket.jpg')]);
  await explainFirstImage(opened.page);
  return opened;
}

async function openParameters(page: Page): Promise<void> {
  if (!(await part(page, 'parameter-form').isVisible())) await part(page, 'parameters').click();
}

describe('methods', () => {
  test('are offered by question and found by name; one of the input is shown over its pixels, with what it was compared with', async () => {
    const { page } = await openSample();
    await part(page, 'method').click();
    expect(await page.locator('.questions .question').first().textContent()).toBe('Where does this layer look?Grad-CAM');
    expect(await page.locator('.questions .question').count()).toBe(6);
    await part(page, 'method-search').fill('LayerConduct');
    expect(await part(page, 'all-methods').locator('[data-method]').count()).toBe(1);
    await part(page, 'method-search').fill('lrp');
    expect(
      await part(page, 'all-methods')
        .locator('[data-method]')
        .evaluateAll((rows) => rows.map((row) => row.dataset.method)),
    ).toEqual(['LRP', 'LayerLRP']);
    await page.keyboard.press('Escape');
    expect(await part(page, 'method-menu').count()).toBe(0);

    await choose(page, 'DeepLift');
    expect(await part(page, 'method-menu').count()).toBe(0);
    await expect.poll(() => facts(page), PATIENT).toContain('Compared with zero of the normalised input');
    expect(await page.locator('.pane-title').textContent()).toContain('Input1×3×128×128');
    expect(await part(page, 'resolution').textContent()).toContain('128 × 128 pixels');
    await part(page, 'baseline-kind').selectOption('white');
    await expect.poll(() => facts(page), PATIENT).toContain('Compared with white');
    expect(await part(page, 'baseline-shown').locator('canvas').count()).toBe(1);
  });

  test('take parameters, which are kept for each and go back to their defaults', async () => {
    const { page } = await openSample();
    await choose(page, 'Saliency');
    await expect.poll(() => facts(page), PATIENT).toContain('Computed in');
    const absolute = await overlayPixels(page);
    await openParameters(page);
    await page.locator('[data-parameter=abs]').uncheck();
    const told = async () => {
      const computed = (await facts(page)).includes('Computed in');
      return { computed, same: computed && Buffer.compare((await overlayPixels(page)).rgba, absolute.rgba) === 0 };
    };
    await expect.poll(told, PATIENT).toEqual({ computed: true, same: false });
    expect(await part(page, 'parameters').textContent()).toContain('changed');
    await openParameters(page);
    await part(page, 'reset-parameters').click();
    await expect.poll(told, PATIENT).toEqual({ computed: true, same: true });
  });

  test('are smoothed by NoiseTunnel, and measured', async () => {
    const { page } = await openSample();
    await choose(page, 'Saliency');
    await expect.poll(() => facts(page), PATIENT).toContain('Computed in');
    await openParameters(page);
    await page.locator('[data-parameter=noise_tunnel]').check();
    await page.locator('[data-parameter=nt_samples]').fill('3');
    await page.locator('[data-parameter=nt_samples]').press('Enter');
    await expect.poll(() => facts(page), PATIENT).toContain('Made from 3 samples');
    await openParameters(page);
    await page.locator('[data-parameter=noise_tunnel]').uncheck();
    await page.locator('[data-parameter=sensitivity_max]').check();
    await expect.poll(() => facts(page), PATIENT).toMatch(/Maximum sensitivity.*: [\d.]+/);
  });

  test('of layers follow the layer; those of neurons ask which', async () => {
    const { page } = await openSample();
    await choose(page, 'LayerGradientXActivation');
    await expect.poll(() => facts(page), PATIENT).toContain('Computed in');
    expect(await part(page, 'resolution').textContent()).toContain('16 × 16 cells');
    await layerRow(page, 'stem.conv').click();
    await expect.poll(() => part(page, 'resolution').textContent()).toContain('64 × 64 cells');
    await choose(page, 'NeuronGradient');
    await part(page, 'neuron').fill('3, 10, 10');
    await part(page, 'neuron').press('Enter');
    await expect.poll(() => facts(page), PATIENT).toContain('Computed in');
    expect(await part(page, 'resolution').textContent()).toContain('128 × 128 pixels');
    await part(page, 'neuron').fill('99, 0, 0');
    await part(page, 'neuron').press('Enter');
    await untilState(page, 'error');
    expect(await part(page, 'message').textContent()).toContain('16×64×64');
    await choose(page, 'GradientShap');
    await expect.poll(() => part(page, 'message').count()).toBe(0);
    expect(await part(page, 'method-bar').textContent()).toContain('Choose what it compares with, to run it');
  });

  test('that take long say so first, show what they have so far, and can be ended', async () => {
    const { page } = await openSample();
    await choose(page, 'Occlusion');
    await openParameters(page);
    await page.locator('[data-parameter=strides]').fill('3, 1, 1');
    await page.locator('[data-parameter=strides]').press('Enter');
    await page.keyboard.press('Escape');
    await expect.poll(() => part(page, 'cost').textContent({ timeout: 20_000 })).toMatch(/passes$/);
    await part(page, 'run').click();
    await expect.poll(() => part(page, 'partial').textContent({ timeout: 20_000 })).toMatch(/^So far: \d+%/);
    await part(page, 'cancel').click();
    await untilState(page, 'ready');
    expect(await part(page, 'run').textContent()).toBe('Run again');
  });

  test('explain one class rather than another', async () => {
    const { page } = await openSample();
    await part(page, 'rather-than').click();
    await part(page, 'rather-search').fill('rocket');
    await part(page, 'rather-search').press('Enter');
    await expect.poll(() => part(page, 'target').textContent()).toBe('cactus − rocket');
    await part(page, 'one-class').click();
    await expect.poll(() => part(page, 'target').textContent()).toBe('cactus');
  });
});
