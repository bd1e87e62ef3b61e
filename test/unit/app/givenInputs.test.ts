import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Explainer } from '../../../src/app/explain.ts';
import { readSources } from '../../../src/app/input/readInput.ts';
import { Model } from '../../../src/app/model.ts';
import { allLayers } from '../../../src/app/tree/layerTree.ts';
import { encodePng } from '../../../src/image/encodePng.ts';
import type { Choices } from '../../../src/protocol/choices.ts';
import type { InputSource } from '../../../src/protocol/inputs.ts';
import { writeNpy } from '../../../src/tensor/npy.ts';
import { floats, sizeOf } from '../../../src/tensor/tensor.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'inspectum-'));
afterAll(() => rmSync(folder, { recursive: true }));
const open = (name: string, choices: Choices = {}): Model =>
  Model.open(path.join(import.meta.dirname, '../../fixtures/explained/models', `${name}.onnx`), { choices });

/** A picture whose red grows to the right, green downwards, with half of its pixels clear. */
function picture(width: number, height: number): InputSource {
  const file = path.join(folder, `${width}x${height}.png`);
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set([x, y, 7, (x + y) % 2 ? 255 : 51], 4 * (y * width + x));
  writeFileSync(file, encodePng({ width, height, data }));
  return { kind: 'image', path: file };
}

function array(dims: readonly number[], value = (i: number): number => Math.sin(i)): InputSource {
  const file = path.join(folder, `${dims.join('x')}.npy`);
  const values = Array.from({ length: sizeOf(dims) }, (_, i) => value(i));
  writeFileSync(file, writeNpy(floats(dims, values)));
  return { kind: 'npy', path: file };
}

const give = (model: Model, sources: Readonly<Record<string, InputSource>>) => readSources(model, new Map(Object.entries(sources)));

describe('several inputs', () => {
  test('say what they take, and what is missing', async () => {
    const model = open('conditioned');
    expect(model.summary.inputs.map(({ name, takes, suggestion }) => [name, takes, suggestion])).toEqual([
      ['image', 'image', undefined],
      ['facts', 'array', undefined],
      ['strength', 'array', { kind: 'constant', value: 1 }],
    ]);
    expect((await give(model, { image: picture(20, 16) })).missing).toEqual(['facts', 'strength']);
    const { feeds, missing } = await give(model, {
      image: picture(20, 16),
      facts: array([1, 5]),
      strength: { kind: 'constant', value: 2 },
    });
    expect(missing).toEqual([]);
    expect(feeds.strength).toEqual(floats([1, 1], [2]));
  });

  test.each([
    ['an input that there is not', { color: { kind: 'constant', value: 1 } }, /no input "color".*image, facts, strength/],
    ['an array of another shape', { facts: array([1, 6]) }, /1×6.*facts takes batch×5/],
    ['a picture for numbers', { facts: picture(4, 4) }, /input facts.*takes no image/],
  ] as const)('refuse %s', async (_, sources, message) => {
    await expect(give(open('conditioned'), sources)).rejects.toThrow(message);
  });
});

describe('height and width that the file leaves open', () => {
  test('are symbols in the tree, and numbers at the assumed size', () => {
    const { layers, summary } = open('segmenter');
    const row = [...allLayers(layers)].find(({ id }) => id === 'backbone.0');
    expect(row).toMatchObject({ shape: 'batch×8×floor((height + 1)/2)×floor((width + 1)/2)', dims: [8, 112, 112] });
    expect(summary.inputs[0]?.shape).toBe('batch×3×height×width');
    expect(summary.input).toMatchObject({ size: [224, 224], sizeFrom: 'assumed' });
  });

  test('are those that are chosen, of what was read before', () => {
    const before = open('segmenter');
    const model = Model.open(before.source, { choices: { input: { size: [64, 96] } } });
    expect(model.summary.input).toMatchObject({ size: [64, 96], sizeFrom: 'chosen' });
    expect(model.summary.explains.dims).toEqual([4, 64, 96]);
  });

  test("are the picture's own where nothing is to be fitted", async () => {
    const model = open('segmenter', { input: { fit: 'none', range: [0, 255], mean: [0], std: [1] } });
    const read = await give(model, { input: picture(36, 28) });
    expect(read.feeds.input?.dims).toEqual([1, 3, 28, 36]);
    expect(read.model.summary).toMatchObject({ input: { size: [28, 36], sizeFrom: 'image' }, explains: { dims: [4, 28, 36] } });
    expect(read.image).toMatchObject({ original: { width: 36, height: 28 }, network: { width: 36, height: 28 } });
    const sweep = await new Explainer(read.model, read.feeds).sweep();
    expect(sweep.maps.find(({ output }) => output.includes('backbone.2'))).toMatchObject({ height: 7, width: 9 });
    expect((await give(model, { input: picture(36, 28) })).model).toBe(read.model);
    expect((await give(model, { input: picture(40, 28) })).model.input?.size).toEqual([28, 40]);
    await model.release();
  });

  test("are an array's own", async () => {
    const model = open('super-resolution');
    const { feeds, model: sized, shown, image } = await give(model, { input: array([1, 1, 10, 14]) });
    expect(image).toBeUndefined();
    expect(sized.summary.explains.dims).toEqual([1, 20, 28]);
    expect(shown).toMatchObject({ original: { width: 14, height: 10 }, array: expect.stringMatching(/1×1×10×14.*from -1 to 1 /) });
    const { target } = await new Explainer(sized, feeds).sweep();
    expect(target.text).toBe('sum of output[:, 6:14, 9:19]');
    await model.release();
  });
});

test('an array that can be pixels is shown as those, any other from black to white', async () => {
  const pixels = await give(open('single'), { input: array([1, 3, 16, 20], (i) => (i < 320 ? 0 : i < 640 ? 0.5 : 1)) });
  const { mean = [], std = [], name } = pixels.model.input ?? {};
  expect([...(pixels.shown?.network.rgba.subarray(0, 4) ?? [])]).toEqual([
    ...[0, 0.5, 1].map((value, c) => Math.round(255 * (value * (std[c] ?? 1) + (mean[c] ?? 0)))),
    255,
  ]);
  expect(pixels.shown?.array).toBe(`An array of 1×3×16×20, fed as it is. It is shown as the pixels that its values stand for (${name}).`);
  const { shown } = await give(open('single'), { input: array([1, 3, 16, 20], (i) => (i < 320 ? 0 : i < 640 ? 5 : 10)) });
  expect([...(shown?.original.rgba.subarray(0, 4) ?? [])]).toEqual([0, 128, 255, 255]);
  expect(shown?.network).toEqual(shown?.original);
  expect(shown?.geometry).toMatchObject({ imageWidth: 20, inputWidth: 20, scaleX: 1 });
});

test('a model without an image input is explained from arrays', async () => {
  const model = open('signal');
  const { feeds, image, missing } = await give(model, { signal: array([1, 3, 20]) });
  expect({ image, missing }).toEqual({ image: undefined, missing: [] });
  const explainer = new Explainer(model, feeds);
  expect((await explainer.sweep()).maps).toEqual([]);
  expect(await explainer.explain('conv')).toMatchObject({ kind: 'units', units: { why: expect.stringMatching(/6×10 values/) } });
  await model.release();
});

test.each([
  ['rgba', [0, 0, 7 / 255, 0.2]],
  ['gray-alpha', [1 / 255, 0.2]],
])('alpha is a channel of %s', async (name, first) => {
  const model = open(name, { input: { fit: 'none' } });
  const { feeds, image } = await give(model, { input: picture(16, 16) });
  const data = Array.from(feeds.input?.data as Float32Array);
  expect(first.map((_, channel) => data[channel * 256])).toEqual(first.map((v) => Math.fround(v)));
  expect([...(image?.network.rgba.subarray(3, 8) ?? [])]).toEqual([255, ...(name === 'rgba' ? [1, 0, 7] : [1, 1, 1]), 255]);
});

describe('shapes that only running tells', () => {
  test('are learnt from the first run, and told', async () => {
    const model = open('resized.computed');
    const before = [...allLayers(model.layers)].find(({ id }) => id === 'conv2');
    expect(before?.cells).toBeUndefined();
    const { model: learnt, feeds } = await give(model, { input: picture(20, 16) });
    const after = [...allLayers(learnt.layers)].find(({ id }) => id === 'conv2');
    expect(after).toMatchObject({ dims: [8, 8, 10], cells: { height: 8, width: 10 } });
    expect((await new Explainer(learnt, feeds).sweep()).refusals).toEqual([]);
    expect((await give(model, { input: picture(20, 16) })).model).toBe(learnt);
    await model.release();
  });

  test('are not asked for where all are known', async () => {
    const model = open('resized');
    expect((await give(model, { input: picture(20, 16) })).model).toBe(model);
  });
});
