import { describe, expect, test } from 'vitest';
import type { Layer } from '../../src/protocol/model.ts';
import { drawnRows, explainFirstImage, layerRow } from './harness/page.ts';
import type { Recording } from './harness/recording.ts';
import { usePanels } from './harness/suite.ts';

const panels = usePanels();
const selected = (page: Awaited<ReturnType<typeof panels.open>>) =>
  page.locator('[data-layer-id][aria-selected=true]').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.layerId));

/** The layers with a note on every convolution. */
const noted = (layers: readonly Layer[], note: string): Layer[] =>
  layers.map((layer) => ({ ...layer, ...(layer.op === 'Conv' && { note }), children: noted(layer.children, note) }));

describe('the layer tree', () => {
  test('has the roles, levels and places of a tree', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const tree = page.locator('[data-testid=layer-tree]');
    expect(await tree.getAttribute('role')).toBe('tree');
    const row = layerRow(page, 'head.act');
    const head = layerRow(page, 'head');
    expect(await head.getAttribute('aria-expanded')).toBe('true');
    expect(await row.getAttribute('aria-level')).toBe('2');
    expect([await row.getAttribute('aria-posinset'), await row.getAttribute('aria-setsize')]).toEqual(['2', '2']);
    expect(await row.getAttribute('aria-selected')).toBe('true');
    expect(await tree.getAttribute('aria-activedescendant')).toBe(await row.getAttribute('id'));
  });

  test('is operated with the keyboard, and shows each layer on the way', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await page.locator('[data-testid=layer-tree]').focus();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
      return selected(page);
    };
    expect(await press('ArrowUp')).toEqual(['head.conv']);
    await page.locator('[data-testid=overlay][data-layer="head.conv"]').waitFor();
    expect(await press('ArrowLeft')).toEqual(['head']);
    await press('ArrowLeft');
    expect(await layerRow(page, 'head.conv').count()).toBe(0);
    await press('ArrowRight');
    expect(await layerRow(page, 'head').getAttribute('aria-expanded')).toBe('true');
    expect(await press('ArrowRight')).toEqual(['head.conv']);
    expect(await press('Home')).toEqual(['stem']);
    expect(await press('End')).toEqual(['classifier']);
    await press('*');
    const rows = await drawnRows(page);
    expect(rows).toContain('stage1.0');
    expect(await press('Home', 'f')).toEqual(['flatten']);
    // a pause begins a new word
    await page.waitForTimeout(700);
    expect(await press('s', 't', 'a', 'g', 'e', '2')).toEqual(['stage2']);
    await press('Enter');
    expect(await layerRow(page, 'stage2').getAttribute('aria-expanded')).toBe('false');
  });

  test('what there is to know of a layer stands under its facts', async () => {
    const note = "conv + folded BatchNorm: in PyTorch this value is the BatchNorm's output";
    const page = await panels.open({}, ({ summary, ...rest }) => ({
      ...rest,
      summary: { ...summary, layers: noted(summary.layers, note) },
    }));
    await explainFirstImage(page);
    await layerRow(page, 'head').click();
    expect(await page.locator('[data-testid=layer-note]').count()).toBe(0);
    await layerRow(page, 'head.conv').click();
    await page.locator('[data-testid=layer-note]').waitFor();
    expect(await page.locator('[data-testid=layer-note]').textContent()).toBe(note);
    await layerRow(page, 'head.conv').hover();
    await page.locator('.hover-card .layer-note').waitFor();
    expect(await page.locator('.hover-card .layer-note').textContent()).toBe(note);
  });

  test('finds layers by path and by kind, and keeps what they lie in', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const search = page.locator('[data-testid=layer-search]');
    expect(await search.getAttribute('placeholder')).toMatch(/^Search \d+ layers$/);
    await search.fill('head linear');
    await page.getByText('No layer matches').waitFor();
    await search.fill('head');
    await expect.poll(() => drawnRows(page)).toEqual(['head', 'head.conv', 'head.act']);
    await search.fill('global average');
    await expect.poll(() => drawnRows(page)).toEqual(['pool']);
    await search.press('Escape');
    await expect.poll(async () => (await drawnRows(page)).length).toBeGreaterThan(5);
    await page.locator('[data-testid=collapse-all]').click();
    await expect
      .poll(async () => new Set(await page.locator('[data-layer-id]').evaluateAll((all) => all.map((r) => r.getAttribute('aria-level')))))
      .toEqual(new Set(['1']));
  });

  test('hides plumbing until it is asked for', async () => {
    const plumbing = (layers: readonly Layer[]): readonly Layer[] =>
      layers.map((layer) => (layer.id === 'flatten' ? { ...layer, plumbing: true } : layer));
    const page = await panels.open({}, (recording) => ({
      ...recording,
      summary: { ...recording.summary, layers: plumbing(recording.summary.layers) },
    }));
    await explainFirstImage(page);
    expect(await layerRow(page, 'flatten').count()).toBe(0);
    await page.locator('[data-testid=plumbing]').click();
    await layerRow(page, 'flatten').waitFor();
  });

  test('carries a thumbnail and a peak, relative to the strongest, on each mapped row', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const peak = (id: string) =>
      layerRow(page, id)
        .locator('.peak i')
        .evaluate((bar) => bar.getBoundingClientRect().height);
    expect(await peak('head.act')).toBe(24);
    expect(await peak('stem.conv')).toBeLessThan(3);
    const bright = await layerRow(page, 'head.act')
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d', { willReadFrequently: true })?.getImageData(0, 0, canvas.width, canvas.height) ?? {
          data: [],
        };
        return data.filter((value, i) => i % 4 === 0 && value > 200).length;
      });
    expect(bright).toBeGreaterThan(5);
    expect(await layerRow(page, 'pool').locator('canvas').count()).toBe(0);
  });

  test('follows a selection from outside, and opens what it lies in', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await page.locator('[data-testid=collapse-all]').click();
    await page.evaluate(() => window.fakeHost.tell('selectLayer', { layer: 'stage1.0' }));
    await layerRow(page, 'stage1.0').waitFor();
    expect(await selected(page)).toEqual(['stage1.0']);
    const told = await page.evaluate(() =>
      window.fakeHost.calls.filter(({ name }) => name === 'layerSelected').map(({ params }) => params),
    );
    expect(told).not.toContainEqual({ layer: 'stage1.0' });
  });

  test('writes sizes with the symbols of the file until an image is given', async () => {
    const page = await panels.open({}, (recording) => ({
      ...recording,
      summary: {
        ...recording.summary,
        layers: recording.summary.layers.map((layer) =>
          layer.id === 'pool' ? { ...layer, shape: 'batch×160×floor((height + 7)/8)×floor(width/2)' } : layer,
        ),
      },
    }));
    const shape = layerRow(page, 'pool').locator('.row-shape');
    expect(await shape.textContent()).toBe('160×⌈height/8⌉×⌊width/2⌋');
    await explainFirstImage(page);
    expect(await shape.textContent()).toBe('160×1×1');
    await layerRow(page, 'pool').click();
    const info = page.locator('[data-testid=layer-info]');
    await expect.poll(() => info.textContent()).toContain('Shapebatch×160×⌈height/8⌉×⌊width/2⌋On this input160×1×1');
  });

  test('shows parameters and multiply-accumulates on hovering', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await layerRow(page, 'head.conv').hover();
    const card = page.getByRole('tooltip');
    await card.waitFor();
    expect(await card.textContent()).toMatch(/head\.conv.*Parameters.*MACs/);
  });
});

describe('a model of 2,000 layers', () => {
  const COUNT = 2000;
  const long = (recording: Recording): Recording => {
    const mapped = recording.sweeps[0]?.maps ?? [];
    const template = recording.summary.layers.flatMap((layer) => layer.children).find((layer) => layer.op !== undefined);
    if (!template) throw new Error('The recording has no node.');
    const layers = Array.from({ length: COUNT }, (_, i) => ({
      ...template,
      id: `node_${i}`,
      name: `node_${i}`,
      node: `node_${i}`,
      output: mapped[i % mapped.length]?.output ?? '',
      children: [],
    }));
    return { ...recording, summary: { ...recording.summary, layers, defaultLayer: 'node_1000' } };
  };

  test('draws only the rows that are seen, each of few elements, and scrolls with the work that new rows are', async () => {
    const page = await panels.open({}, long);
    await explainFirstImage(page);
    const tree = page.locator('[data-testid=layer-tree]');
    const box = await tree.boundingBox();
    expect(await layerRow(page, 'node_1000').count()).toBe(1);
    const result = await tree.evaluate(async (element) => {
      element.scrollTop = 0;
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      const most = { rows: 0, elementsOfRow: 0, newRows: 0, pictures: 0, measurements: 0 };
      // pictures of rows that were drawn before are not drawn again
      const now = { newRows: 0, pictures: 0, measurements: 0 };
      const put = CanvasRenderingContext2D.prototype.putImageData as (...args: unknown[]) => void;
      CanvasRenderingContext2D.prototype.putImageData = function (...args: unknown[]) {
        now.pictures++;
        put.apply(this, args);
      };
      // what makes the browser lay the page out in the middle of a frame
      const bounds = Element.prototype.getBoundingClientRect;
      Element.prototype.getBoundingClientRect = function () {
        now.measurements++;
        return bounds.call(this);
      };
      for (const [of, name] of [
        [Element.prototype, 'clientHeight'],
        [Element.prototype, 'scrollHeight'],
        [HTMLElement.prototype, 'offsetHeight'],
        [HTMLElement.prototype, 'offsetTop'],
      ] as const) {
        const { get } = Object.getOwnPropertyDescriptor(of, name) ?? {};
        Object.defineProperty(of, name, {
          get() {
            now.measurements++;
            return get?.call(this);
          },
        });
      }
      const observer = new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
          for (const node of addedNodes) if ((node as HTMLElement).dataset?.layerId !== undefined) now.newRows++;
      });
      observer.observe(element, { childList: true, subtree: true });
      for (let i = 0; i < 120; i++) {
        Object.assign(now, { newRows: 0, pictures: 0, measurements: 0 });
        element.scrollTop += 480;
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        const rows = [...element.querySelectorAll('[data-layer-id]')];
        most.rows = Math.max(most.rows, rows.length);
        most.elementsOfRow = Math.max(most.elementsOfRow, ...rows.map((row) => row.querySelectorAll('*').length));
        for (const name of ['newRows', 'pictures', 'measurements'] as const) most[name] = Math.max(most[name], now[name]);
      }
      return { ...most, end: element.scrollTop };
    });
    expect(result.end).toBeGreaterThan(50_000);
    expect(result.rows).toBeLessThan((box?.height ?? 0) / 30 + 30);
    expect(result.elementsOfRow).toBeLessThanOrEqual(10);
    // 480 pixels are 16 rows
    expect(result.newRows).toBeLessThanOrEqual(17);
    expect(result.pictures).toBeLessThanOrEqual(result.newRows);
    expect(result.measurements).toBe(0);
    await layerRow(page, `node_${Math.floor(result.end / 30) + 5}`).waitFor();
  });

  test('goes from end to end with two keys', async () => {
    const page = await panels.open({}, long);
    await explainFirstImage(page);
    await page.locator('[data-testid=layer-tree]').focus();
    await page.keyboard.press('End');
    await expect.poll(() => selected(page)).toEqual(['node_1999']);
    await page.keyboard.press('Home');
    await expect.poll(() => selected(page)).toEqual(['node_0']);
  });
});
