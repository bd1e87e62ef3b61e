import { describe, expect, test } from 'vitest';
import { allLayers } from '../../src/app/tree/layerTree.ts';
import { explainFirstImage, layerRow, untilState } from './harness/page.ts';
import { usePanels } from './harness/suite.ts';

const panels = usePanels();
type Page = Awaited<ReturnType<typeof panels.open>>;
const callNames = (page: Page) => page.evaluate(() => window.fakeHost.calls.map(({ name }) => name));
const message = (page: Page) => page.locator('[data-testid=message]');

describe('without an image', () => {
  test('offers the images of the workspace, the last one first', async () => {
    const page = await panels.open({
      prepare: () => {
        window.fakeHost.offered.push({ path: '/workspace/z.png', label: 'z.png', last: true });
        const [first] = window.fakeHost.offered;
        if (first) window.fakeHost.offered[0] = { ...first, last: false };
      },
    });
    await untilState(page, 'empty');
    const labels = await page
      .locator('[data-testid=image-picker] [data-image]')
      .evaluateAll((all) => all.map((e) => (e as HTMLElement).dataset.image));
    expect(labels).toEqual(['z.png', 'images/cactus-and-rocket.jpg', 'images/house.jpg']);
  });

  test('takes one that is chosen in a dialog', async () => {
    const page = await panels.open();
    await page.locator('[data-testid=choose-image]').click();
    await untilState(page, 'ready');
    expect(await callNames(page)).toContain('chooseImage');
  });

  test('shows an image that is chosen outside of the panel', async () => {
    const page = await panels.open();
    await untilState(page, 'empty');
    await page.evaluate(() => {
      const { images, summary } = window.fakeHost.recording;
      const [[image], [port]] = [Object.values(images), summary.inputs];
      if (image && port)
        window.fakeHost.tell('given', { image, missing: [], sources: { [port.name]: { kind: 'image', path: image.name } } });
    });
    await untilState(page, 'ready');
  });
});

describe('work that takes long', () => {
  test('is not announced while it is quick, then told with its progress, and can be ended', async () => {
    const page = await panels.open({
      prepare: () => {
        window.fakeHost.delays.sweep = 4000;
      },
    });
    await page.locator('[data-image]').first().waitFor();
    // in the page, whose clock the panel's is
    const early = await page.evaluate(async () => {
      document.querySelector<HTMLElement>('[data-image]')?.click();
      await new Promise((resolve) => setTimeout(resolve, 150));
      return document.querySelectorAll('[data-testid=working]').length;
    });
    expect(early).toBe(0);
    await untilState(page, 'loading');
    await page.locator('[data-testid=working]').waitFor();
    await page.evaluate(() => window.fakeHost.tell('progress', { text: 'Preparing the gradients', fraction: 0.4 }));
    await page.getByText('Preparing the gradients').waitFor();
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40');
    await page.locator('[data-testid=cancel]').click();
    await untilState(page, 'ready');
    expect(await callNames(page)).toContain('cancel');
    expect(await message(page).count()).toBe(0);
    expect(await page.locator('[data-testid=working]').count()).toBe(0);
    await page.evaluate(() => {
      window.fakeHost.delays.sweep = 0;
    });
    await page.locator('[data-testid=explain]').click();
    await page.locator('[data-testid=overlay]').waitFor();
    expect(await page.locator('[data-testid=explain]').count()).toBe(0);
  });
});

describe('failures', () => {
  test.each([
    ['corrupt', 'This model cannot be read'],
    ['missing', 'A file that this model needs is missing'],
    ['refused', 'Refused'],
    ['unsupported', 'not supported yet'],
    ['too-large', 'This model is too large'],
    ['memory', 'Not enough memory'],
    ['engine', 'The engine failed'],
  ])('a model that fails as %s: in words, with a way to try again', async (kind, title) => {
    const page = await panels.open({
      prepare: () => {
        window.fakeHost.failures.open = { kind: sessionStorage.getItem('kind') ?? 'corrupt', message: 'The details of it.' };
      },
    });
    await page.evaluate((name) => sessionStorage.setItem('kind', name), kind);
    await page.reload();
    await untilState(page, 'error');
    expect(await message(page).textContent()).toContain(title);
    expect(await message(page).textContent()).toContain('The details of it.');
    await page.locator('[data-testid=retry]').click();
    await untilState(page, 'empty');
  });

  test('a model whose file has changed is opened again, with the same image', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await page.evaluate(() => {
      window.fakeHost.failures.sweep = { kind: 'changed', message: 'model.onnx: has changed since the model was opened.' };
    });
    await page.locator('[data-class]').nth(1).click();
    await untilState(page, 'error');
    expect(await message(page).textContent()).toContain('The file has changed on disk');
    const before = await callNames(page);
    await page.locator('[data-testid=retry]').click();
    await untilState(page, 'ready');
    const after = (await callNames(page)).slice(before.length).filter((name) => name !== 'layerSelected');
    expect(after).toEqual(['open', 'methods', 'restoreInputs', 'sweep']);
  });

  test('a bad image leaves the one before', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await page.evaluate(() => {
      window.fakeHost.failures.setImage = { kind: 'corrupt', message: 'house.jpg is no image.' };
    });
    await page.locator('[data-testid=change-image]').click();
    await page.locator('[data-image]').nth(1).click();
    await untilState(page, 'error');
    expect(await message(page).textContent()).toContain('house.jpg is no image.');
    expect(await page.locator('[data-testid=change-image]').textContent()).toBe('cactus-and-rocket.jpg');
    await layerRow(page, 'head.conv').click();
    await page.locator('[data-testid=overlay][data-layer="head.conv"]').waitFor();
    await page.locator('[data-testid=dismiss]').click();
    await untilState(page, 'ready');
  });

  test('a layer that cannot be explained says why, and the others still are', async () => {
    const page = await panels.open({}, (recording) => ({
      ...recording,
      explanations: Object.fromEntries(
        Object.entries(recording.explanations).map(([key, value]) => [
          key,
          { kind: 'none' as const, why: 'No path leads from this layer to the class.', target: value.target },
        ]),
      ),
    }));
    await explainFirstImage(page);
    await layerRow(page, 'pool').click();
    await page.getByText('No path leads from this layer to the class.').waitFor();
    await layerRow(page, 'head.act').click();
    await page.locator('[data-testid=overlay][data-layer="head.act"]').waitFor();
  });

  test('a sweep that does not fit into memory is told, and layers are explained when they are chosen', async () => {
    const words = 'All layers in one pass do not fit. Layers are explained one by one instead, when they are chosen.';
    const page = await panels.open({}, (recording) => {
      const explanations = recording.sweeps.flatMap(({ target, maps }) =>
        [...allLayers(recording.summary.layers)].flatMap((layer) => {
          const map = maps.find(({ output }) => output === layer.output);
          return map ? [[`${target.index} ${layer.id}`, { kind: 'map' as const, map, target, ms: 5 }] as const] : [];
        }),
      );
      return {
        ...recording,
        sweeps: recording.sweeps.map((sweep) => ({ ...sweep, maps: [], refusals: [words] })),
        explanations: { ...recording.explanations, ...Object.fromEntries(explanations) },
      };
    });
    await page.locator('[data-testid=image-picker] [data-image]').first().click();
    await untilState(page, 'ready');
    expect(await page.locator('[data-testid=refusals]').textContent()).toBe(words);
    await page.locator('[data-testid=overlay][data-layer="head.act"]').waitFor();
    await layerRow(page, 'stem').click();
    await page.locator('[data-testid=overlay][data-layer=stem]').waitFor();
    expect(await page.locator('.thumbnail').count()).toBe(0);
  });

  test('after a process that ran out of memory the tree can still be looked at', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await page.evaluate(() => window.fakeHost.tell('stopped', { kind: 'memory', message: 'It used 5000 MB. What is shown stays.' }));
    await untilState(page, 'error');
    expect(await message(page).textContent()).toContain('Not enough memory');
    await layerRow(page, 'head.act').click();
    await page.locator('[data-testid=overlay][data-layer="head.act"]').waitFor();
    await page.locator('[data-testid=dismiss]').click();
    await untilState(page, 'ready');
  });

  test('a process that stopped is told, and retrying brings everything back', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const second = panels.recording().sweeps[1]?.target.index;
    await page.locator(`[data-class="${second}"]`).click();
    await layerRow(page, 'head.conv').click();
    await page.locator('[data-testid=sign] input[value=negative]').check({ force: true });
    await page.evaluate(() => {
      window.fakeHost.calls.length = 0;
      window.fakeHost.tell('stopped', { kind: 'engine', message: 'It was ended by the system.' });
    });
    await untilState(page, 'error');
    expect(await message(page).textContent()).toContain('The compute process stopped');
    await page.locator('[data-testid=retry]').click();
    await untilState(page, 'ready');
    await page.locator(`[data-testid=overlay][data-layer="head.conv"][data-target="${second}"]`).waitFor();
    expect((await callNames(page)).filter((name) => name !== 'layerSelected')).toEqual(['open', 'methods', 'restoreInputs', 'sweep']);
    expect(await page.locator('[data-testid=sign] input[value=negative]').isChecked()).toBe(true);
  });
});

describe('memory', () => {
  test('a reload brings back image, layer, target and view', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    const second = panels.recording().sweeps[1]?.target.index;
    await page.locator(`[data-class="${second}"]`).click();
    await layerRow(page, 'head.conv').click();
    await page.locator('[data-testid=upsampling] input[value=none]').check({ force: true });
    await page.locator(`[data-testid=overlay][data-target="${second}"]`).waitFor();
    await page.reload();
    await page.locator(`[data-testid=overlay][data-layer="head.conv"][data-target="${second}"]`).waitFor();
    expect(await page.locator('[data-testid=upsampling] input[value=none]').isChecked()).toBe(true);
    expect(await page.locator('[data-testid=change-image]').textContent()).toBe('cactus-and-rocket.jpg');
  });

  test('a reload brings back an image that was dropped', async () => {
    const page = await panels.open();
    await untilState(page, 'empty');
    await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array([1, 2, 3])], 'dropped.png', { type: 'image/png' }));
      const event = new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true });
      document.querySelector('[data-testid=panel]')?.dispatchEvent(event);
    });
    await untilState(page, 'ready');
    await page.reload();
    await untilState(page, 'ready');
    expect(await page.locator('[data-testid=change-image]').textContent()).toBe('dropped.png');
  });

  test('an image that is gone since leaves the panel usable', async () => {
    const page = await panels.open();
    await explainFirstImage(page);
    await page.evaluate(() => sessionStorage.setItem('given-image', '/workspace/gone.png'));
    await page.evaluate(() => {
      Storage.prototype.setItem = () => undefined;
    });
    await page.reload();
    await untilState(page, 'error');
    expect(await message(page).textContent()).toContain('The file is missing');
    await page.locator('[data-image]').first().click();
    await untilState(page, 'ready');
  });
});

describe('a model that ends in a Softmax', () => {
  test('says what is explained, and changes between logits and output', async () => {
    const page = await panels.open({
      prepare: () => {
        const { recording } = window.fakeHost;
        const { explains } = recording.summary;
        window.fakeHost.recording = {
          ...recording,
          summary: { ...recording.summary, explains: { ...explains, what: 'logits', operator: 'Softmax' } },
        };
      },
    });
    await explainFirstImage(page);
    const chip = page.locator('[data-testid=explains]');
    expect(await chip.textContent()).toContain('logits before Softmax');
    await page.evaluate(() => {
      const { recording } = window.fakeHost;
      const { explains } = recording.summary;
      window.fakeHost.recording = {
        ...recording,
        summary: { ...recording.summary, explains: { ...explains, what: 'output', operator: 'Softmax' } },
      };
    });
    await chip.click();
    await expect.poll(() => chip.textContent()).toContain('output of Softmax');
    await untilState(page, 'ready');
    const opened = await page.evaluate(() => window.fakeHost.calls.filter(({ name }) => name === 'open').map(({ params }) => params));
    expect(opened).toEqual([{ choices: { explain: 'logits' } }, { choices: { explain: 'output' } }]);
    expect((await callNames(page)).filter((name) => name === 'sweep')).toHaveLength(2);
  });
});
