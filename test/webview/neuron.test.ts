import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { readInputs } from '../../src/app/input/readInput.ts';
import { attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { describeNeuron, neuronOf, parseNeuron, pickedIn } from '../../webview/method/neuron.ts';
import { choose, facts, PATIENT, part } from './harness/methods.ts';
import { explainFirstImage, layerRow, overlayPixels } from './harness/page.ts';
import { sample, useLivePanels } from './harness/suite.ts';

const panels = useLivePanels();
const IMAGE = sample('images/cactus-and-rocket.jpg');
/** The sample's last map. */
const [LAYER, CELLS] = ['head.act', 16];

async function openSample(method: string) {
  const { page } = await panels.open(sample('shapes.onnx'), [IMAGE]);
  await explainFirstImage(page);
  await choose(page, method);
  return page;
}

const words = (page: Page) => part(page, 'neuron-words').textContent();
const typed = (page: Page) => part(page, 'neuron').inputValue();
const unitRow = (page: Page, place: number) => page.locator('[data-unit]').nth(place);

/** Clicks the middle of a cell of the layer's map. */
async function clickCell(page: Page, row: number, column: number): Promise<void> {
  const box = await part(page, 'overlay').boundingBox();
  if (!box) throw new Error('The overlay is not drawn.');
  await page.mouse.click(box.x + ((column + 0.5) / CELLS) * box.width, box.y + ((row + 0.5) / CELLS) * box.height);
}

/** The unit whose activation × gradient is the largest in a cell, as the core has it for all of the layer. */
async function strongestUnit(row: number, column: number): Promise<number> {
  const model = Model.open(sample('shapes.onnx'), { choices: { explain: 'logits' } });
  try {
    const { feeds } = await readInputs(model, [IMAGE]);
    const { data, dims } = (await attribute(model, { method: 'LayerGradientXActivation', layer: LAYER, feeds, set: {} })).attribution;
    const at = (unit: number) => Math.abs(data[unit * CELLS * CELLS + row * CELLS + column] ?? 0);
    return Array.from({ length: dims[1] ?? 0 }, (_, unit) => unit).reduce((best, unit) => (at(unit) > at(best) ? unit : best), 0);
  } finally {
    await model.release();
  }
}

describe('a neuron', () => {
  test('is picked by a click on a cell of the map and on a unit', async () => {
    const page = await openSample('NeuronGradient');
    expect(await part(page, 'pick-hint').textContent()).toContain('Click a cell of the map');
    await clickCell(page, 8, 4);
    const unit = await strongestUnit(8, 4);
    await expect.poll(() => words(page)).toBe(`unit ${unit}, row 8, column 4`);
    expect(await typed(page)).toBe(`${unit}, 8, 4`);
    await expect.poll(() => part(page, 'unit-chart').textContent()).toContain('in row 8 and column 4');
    expect(await unitRow(page, 0).getAttribute('aria-pressed')).toBe('true');
    const other = await unitRow(page, 2).getAttribute('data-unit');
    await unitRow(page, 2).click();
    await expect.poll(() => words(page)).toBe(`unit ${other}, row 8, column 4`);
    await part(page, 'pick-neuron').click();
    await expect.poll(() => facts(page), PATIENT).toContain('Computed in');
    expect(await part(page, 'resolution').textContent()).toContain('128 × 128 pixels');
    expect(await part(page, 'meaning').textContent()).toContain(`raise unit ${other}, row 8, column 4 when`);
    expect(await part(page, 'neuron-cell').count()).toBe(1);
  });

  test('is typed, picked again in another cell, and forgotten with its layer', async () => {
    const page = await openSample('NeuronGradient');
    await part(page, 'neuron').fill('10, 9, 4');
    await part(page, 'neuron').press('Enter');
    await expect.poll(() => facts(page), PATIENT).toContain('Computed in');
    const { rgba } = await overlayPixels(page);
    await part(page, 'pick-neuron').click();
    await clickCell(page, 8, 4);
    await expect.poll(() => words(page)).toBe('unit 10, row 8, column 4');
    await part(page, 'pick-neuron').click();
    await expect.poll(() => facts(page), PATIENT).toContain('Computed in');
    expect((await overlayPixels(page)).rgba).not.toEqual(rgba);
    await layerRow(page, 'stem.conv').click();
    await expect.poll(() => typed(page)).toBe('');
  });

  test('is picked with the keyboard', async () => {
    const page = await openSample('NeuronGradient');
    await part(page, 'stage').focus();
    await page.keyboard.press('ArrowRight');
    const [, column = '', row = ''] = /column (\d+), row (\d+)/.exec((await part(page, 'reading').textContent()) ?? '') ?? [];
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => words(page)).toMatch(new RegExp(`^unit \\d+, row ${Number(row) + 1}, column ${column}$`));
    await expect.poll(() => part(page, 'unit-chart').textContent()).toContain(`in row ${Number(row) + 1} and column ${column}`);
    const other = await unitRow(page, 1).getAttribute('data-unit');
    await unitRow(page, 1).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => words(page)).toBe(`unit ${other}, row ${Number(row) + 1}, column ${column}`);
  });

  test('may be several: a unit without a cell is the sum over all of them, and ranges are typed', async () => {
    const page = await openSample('NeuronGradient');
    const strongest = await unitRow(page, 0).getAttribute('data-unit', PATIENT);
    await unitRow(page, 0).click();
    await expect.poll(() => words(page)).toBe(`unit ${strongest}, all rows, all columns: the sum of 256 neurons`);
    await part(page, 'neuron').fill('3, 2:5, x');
    expect(await part(page, 'neuron').getAttribute('aria-invalid')).toBe('true');
    await part(page, 'neuron').fill('3, 2:5, :');
    await part(page, 'neuron').press('Enter');
    await expect.poll(() => words(page)).toBe('unit 3, rows 2 to 4, all columns: the sum of 48 neurons');
    await expect.poll(() => facts(page), PATIENT).toContain('Computed in');
  });

  test('of a layer without a map is a unit', async () => {
    const page = await openSample('NeuronGradient');
    await layerRow(page, 'flatten').click();
    await expect.poll(() => part(page, 'pick-hint').textContent()).toBe('Click a unit: that neuron is explained.');
    const unit = await unitRow(page, 0).getAttribute('data-unit');
    await unitRow(page, 0).click();
    await expect.poll(() => words(page)).toBe(`unit ${unit}`);
    await part(page, 'pick-neuron').click();
    await expect.poll(() => facts(page), PATIENT).toContain('Computed in');
  });
});

const grid = { height: 2, width: 3 };
test.each([
  [{ dims: [8, 2, 3], cells: { layout: 'channels-first', skip: 0, ...grid } }, '7,1,2', 'unit 7, row 1, column 2'],
  [{ dims: [2, 3, 8], cells: { layout: 'channels-last', skip: 0, ...grid } }, '1,2,7', 'unit 7, row 1, column 2'],
  [{ dims: [7, 8], cells: { layout: 'tokens', skip: 1, ...grid } }, '6,7', 'row 1, column 2, unit 7'],
  [{ dims: [8, 7], cells: { layout: 'tokens-last', skip: 1, ...grid } }, '7,6', 'unit 7, row 1, column 2'],
] as const)('picked of %j', (layer, neuron, text) => {
  const picked = { unit: 7, cell: { row: 1, column: 2 } };
  expect(neuronOf(layer, picked)).toBe(neuron);
  expect(pickedIn(layer, neuron)).toEqual(picked);
  expect(describeNeuron(layer, neuron).split(', ').toSorted()).toEqual(text.split(', ').toSorted());
});

test.each([
  ['4 1 2', '4,1,2'],
  [' 4, 1:3 , : ', '4,1:3,:'],
  ['4;1', undefined],
  ['-1', undefined],
  ['', undefined],
])('%j is typed', (text, neuron) => {
  expect(parseNeuron(text)).toBe(neuron);
});
