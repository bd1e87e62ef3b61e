import { describe, expect, test } from 'vitest';
import type { Layer } from '../../src/protocol/model.ts';
import { explainFirstImage, layerRow, overlayPixels, pixelAt, untilState } from './harness/page.ts';
import { extremeOf, mapOf, usePanels } from './harness/suite.ts';

const panels = usePanels();
const DEFAULT = 'head.act';

const find = (layers: readonly Layer[], id: string): Layer | undefined =>
  layers.map((layer) => (layer.id === id ? layer : find(layer.children, id))).find((layer) => layer !== undefined);
const outputOf = (id: string): string => find(panels.recording().summary.layers, id)?.output ?? '';

describe('the overlay', () => {
  test('shows the default layer as soon as an image is there, opaque at its peak and clear where nothing counts', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await untilState(page, 'ready');
    const [sweep] = panels.recording().sweeps;
    const map = mapOf(sweep, outputOf(DEFAULT));
    const pixels = await overlayPixels(page);
    expect(pixels).toMatchObject({ layer: DEFAULT, target: String(sweep?.target.index) });
    const [high, low] = [extremeOf(map, 1), extremeOf(map, -1)];
    expect(pixelAt(pixels, high.x, high.y)[3]).toBe(255);
    expect(pixelAt(pixels, low.x, low.y)[3]).toBe(0);
  });

  test('follows a click on a layer and on a class', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const [first, second] = panels.recording().sweeps;
    await page.locator(`[data-class="${second?.target.index}"]`).click();
    await page.locator(`[data-testid=overlay][data-target="${second?.target.index}"]`).waitFor();
    const peak = extremeOf(mapOf(second, outputOf(DEFAULT)), 1);
    expect(mapOf(first, outputOf(DEFAULT)).data).not.toEqual(mapOf(second, outputOf(DEFAULT)).data);
    expect(pixelAt(await overlayPixels(page), peak.x, peak.y)[3]).toBe(255);

    await layerRow(page, 'head.conv').click();
    await page.locator('[data-testid=overlay][data-layer="head.conv"]').waitFor();
    const other = extremeOf(mapOf(second, outputOf('head.conv')), 1);
    expect(pixelAt(await overlayPixels(page), other.x, other.y)[3]).toBe(255);
    const calls = await page.evaluate(() => window.fakeHost.calls);
    expect(calls.filter(({ name }) => name === 'explain')).toEqual([]);
    expect(calls.at(-1)).toEqual({ name: 'layerSelected', params: { layer: 'head.conv' } });
  });

  test('is drawn where the network looks: over the photo inside the outlined region', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const { geometry } = Object.values(panels.recording().images)[0] ?? {};
    if (!geometry) throw new Error('The recording has no image.');
    const [photo, overlay, seen] = await Promise.all(
      ['[data-testid=photo]', '[data-testid=overlay]', '.seen'].map((selector) => page.locator(selector).boundingBox()),
    );
    if (!photo || !overlay || !seen) throw new Error('Something is not drawn.');
    const scale = photo.width / geometry.imageWidth;
    expect(overlay.x - photo.x).toBeCloseTo((-geometry.offsetX / geometry.scaleX) * scale, 0);
    expect(overlay.width).toBeCloseTo((geometry.inputWidth / geometry.scaleX) * scale, 0);
    expect(seen.x).toBeCloseTo(overlay.x, 0);
    await page.locator('[data-testid=over] label').nth(1).click();
    await expect
      .poll(async () => (await page.locator('[data-testid=overlay]').boundingBox())?.width)
      .toBe((await page.locator('[data-testid=photo]').boundingBox())?.width);
    expect(await page.locator('.seen').count()).toBe(0);
  });

  test('has four signs', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const map = mapOf(panels.recording().sweeps[0], outputOf(DEFAULT));
    const [high, low] = [extremeOf(map, 1), extremeOf(map, -1)];
    const choose = (name: string) => page.locator(`[data-testid=sign] input[value=${name}]`).check({ force: true });
    const sentence = () => page.locator('[data-testid=meaning]').textContent();

    await choose('negative');
    const negative = await overlayPixels(page);
    expect(pixelAt(negative, high.x, high.y)[3]).toBe(0);
    expect(pixelAt(negative, low.x, low.y)[3]).toBe(255);
    expect(await sentence()).toMatch(/^Bright areas count against cactus/);

    await choose('all');
    const [red, green, blue, alpha] = pixelAt(await overlayPixels(page), high.x, high.y);
    expect(alpha).toBe(255);
    expect(green).toBeGreaterThan(Math.max(red ?? 0, blue ?? 0));
    expect(await sentence()).toMatch(/^Green areas count towards cactus; pink areas count against it/);

    await choose('absolute_value');
    expect(await sentence()).toMatch(/^Bright areas matter for cactus/);
    expect(pixelAt(await overlayPixels(page), high.x, high.y)[3]).toBe(255);
  });

  test('has cells with hard edges, and blends them on demand', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const { width } = mapOf(panels.recording().sweeps[0], outputOf(DEFAULT));
    const distinct = async () => {
      const { width: across, height, rgba } = await overlayPixels(page);
      const row = Math.floor(extremeOf(mapOf(panels.recording().sweeps[0], outputOf(DEFAULT)), 1).y * height) * across;
      return new Set(Array.from({ length: across }, (_, x) => rgba.subarray((row + x) * 4, (row + x) * 4 + 4).join())).size;
    };
    const blended = await distinct();
    await page.locator('[data-testid=upsampling] input[value=none]').check({ force: true });
    await expect.poll(distinct).toBeLessThanOrEqual(width);
    expect(blended).toBeGreaterThan(width * 2);
    expect(await page.locator('[data-testid=resolution]').textContent()).toBe(
      `This layer answers in ${width} × ${width} cells, drawn as they are.`,
    );
  });

  test('clips outliers by Captum’s rule, and says so', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const end = () => page.locator('[data-testid=color-bar] .ticks span').last().textContent();
    const whole = Number(await end());
    await page.locator('[data-testid=outliers]').fill('20');
    await page.locator('[data-testid=outliers]').press('Tab');
    await expect.poll(async () => Number(await end())).toBeLessThan(whole);
    expect(await page.locator('[data-testid=resolution]').textContent()).toContain('The strongest 20% of it is clipped');
  });

  test('tells the value under the pointer, its pixel and its cell', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await page.locator('[data-testid=upsampling] input[value=none]').check({ force: true });
    const map = mapOf(panels.recording().sweeps[0], outputOf(DEFAULT));
    const peak = extremeOf(map, 1);
    const box = await page.locator('[data-testid=overlay]').boundingBox();
    if (!box) throw new Error('The overlay is not drawn.');
    const pixel = { x: Math.floor(peak.x * 128), y: Math.floor(peak.y * 128) };
    await page.mouse.move(box.x + ((pixel.x + 0.5) / 128) * box.width, box.y + ((pixel.y + 0.5) / 128) * box.height);
    const shown = String(Number(peak.value.toPrecision(3)));
    await expect.poll(() => page.locator('[data-testid=probe] span').textContent()).toBe(shown);
    const [column, row] = [Math.floor(peak.x * map.width), Math.floor(peak.y * map.height)];
    expect(await page.locator('[data-testid=reading]').textContent()).toBe(
      `Pixel ${pixel.x}, ${pixel.y} · column ${column}, row ${row} of ${map.width} × ${map.height} · cell ${shown}`,
    );
    await page.locator('[data-testid=stage]').focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.locator('[data-testid=reading]').textContent()).toContain(`column ${column - 1}, row ${row}`);
  });

  test.each([
    ['zero everywhere', () => 0, 'The map is zero everywhere'],
    ['nowhere positive', () => -0.5, 'Nothing here counts towards cactus: the map is nowhere positive.'],
  ])('a map that is %s is said in words and not drawn', async (_name, value, words) => {
    const page = await panels.open({}, (recording) => ({
      ...recording,
      sweeps: recording.sweeps.map((sweep) => ({
        ...sweep,
        maps: sweep.maps.map((map) => (map.output === outputOf(DEFAULT) ? { ...map, data: map.data.map(value) } : map)),
      })),
    }));
    await page.locator('[data-image]').first().click();
    await page.getByText(words).waitFor();
    expect(await page.locator('[data-testid=overlay]').count()).toBe(0);
    expect(await layerRow(page, DEFAULT).locator('[data-no-map]').count()).toBe(1);
  });

  test('a layer without height and width has a chart of its units and the reason', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await layerRow(page, 'pool').click();
    const chart = page.locator('[data-testid=unit-chart]');
    await chart.waitFor();
    expect(await chart.locator('[data-testid=meaning]').textContent()).toContain('not a grid of height and width');
    const explanation = panels.recording().explanations[`${panels.recording().sweeps[0]?.target.index} pool`];
    if (explanation?.kind !== 'units') throw new Error('The recording has no units.');
    expect(await chart.locator('th').first().textContent()).toBe(`unit ${explanation.units.units[0]?.index}`);
    const drawn = () =>
      chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) =>
        canvas
          .getContext('2d')
          ?.getImageData(0, 0, canvas.width, canvas.height)
          .data.some((byte) => byte > 0),
      );
    expect(await drawn()).toBe(true);
  });

  test('zooms by keys, buttons and wheel with ctrl, and fits again', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const width = async () => (await page.locator('.world').boundingBox())?.width ?? 0;
    const fitted = await width();
    await page.locator('[data-testid=stage]').focus();
    await page.keyboard.press('+');
    await expect.poll(width).toBeCloseTo(fitted * 1.25, 0);
    await page.locator('[data-testid=zoom-in]').click();
    await expect.poll(width).toBeCloseTo(fitted * 1.25 ** 2, 0);
    await page.locator('[data-testid=zoom-fit]').click();
    await expect.poll(width).toBeCloseTo(fitted, 0);
    const box = await page.locator('[data-testid=stage]').boundingBox();
    await page.mouse.move((box?.x ?? 0) + 50, (box?.y ?? 0) + 50);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await expect.poll(width).toBeCloseTo(fitted * Math.E, 0);
  });

  test('is saved as a PNG of the photo’s size with the map on it', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await page.locator('[data-testid=save]').click();
    const saved = await page.waitForFunction(() => window.fakeHost.calls.find(({ name }) => name === 'savePicture')?.params);
    const { suggestedName, size } = await saved.evaluate(async (value) => {
      const params = value as unknown as { suggestedName: string; png: Uint8Array<ArrayBuffer> };
      const bitmap = await createImageBitmap(new Blob([params.png], { type: 'image/png' }));
      return { suggestedName: params.suggestedName, size: [bitmap.width, bitmap.height] };
    });
    expect(suggestedName).toBe('cactus-and-rocket-head.act-cactus.png');
    const { original } = Object.values(panels.recording().images)[0] ?? {};
    const factor = Math.ceil(512 / (original?.width ?? 1));
    expect(size).toEqual([(original?.width ?? 0) * factor, (original?.height ?? 0) * factor]);
  });
});
