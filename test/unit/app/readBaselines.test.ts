import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { baselinePictures, previewBaseline } from '../../../src/app/input/baselinePictures.ts';
import { readBaselines } from '../../../src/app/input/readBaselines.ts';
import { readInputs } from '../../../src/app/input/readInput.ts';
import type { BaselineSpec } from '../../../src/protocol/baselines.ts';
import { writeNpy } from '../../../src/tensor/npy.ts';
import { floats, type Tensor } from '../../../src/tensor/tensor.ts';
import { temporaryFolder } from '../formats/models.ts';
import { array, FLOAT, modelOf, picture } from './inputModels.ts';

const IMAGE = { name: 'x', dims: [1, 3, 2, 2], code: FLOAT };

/** A model of one image whose pixels are fed as they are, less 10, and that image. */
async function opened(inputs = [IMAGE], range: readonly [number, number] = [0, 255]) {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'inspectum.json'), JSON.stringify({ input: { range, mean: [10], std: [2] } }));
  const { model } = modelOf(inputs, folder);
  const others = inputs.slice(1).map(({ name, dims }) => `${name}=${array(folder, `${name}.npy`, new Array(dims[1] ?? 1).fill(3))}`);
  const { feeds } = await readInputs(model, [`x=${picture(folder, 'given.png', [100, 150, 200])}`, ...others]);
  const read = async (spec: BaselineSpec, name = 'x') => {
    const { baselines, used } = await readBaselines(model, feeds, spec, 7);
    return { all: baselines.all(name, feeds[name] as Tensor<'float32'>), used: used([name]) };
  };
  return { folder, model, feeds, read };
}

/** Red, green and blue, each of four pixels. */
const plain = (...colours: readonly number[]) =>
  Float32Array.from({ length: 4 * colours.length }, (_, i) => ((colours[i >> 2] as number) - 10) / 2);

describe('of an image', () => {
  test.each([
    [0.5, Float32Array.of(...new Array(12).fill(0.5)), '0.5 everywhere: every pixel 11'],
    ['-8', Float32Array.of(...new Array(12).fill(-8)), '-8 everywhere, which is no colour'],
    ['zero', new Float32Array(12), 'zero of the normalised input: every pixel 10'],
    ['black', plain(0, 0, 0), 'black (every pixel 0)'],
    ['white', plain(255, 255, 255), 'white (every pixel 255)'],
    ['gray', plain(128, 128, 128), 'gray (every pixel 128)'],
    ['blur', plain(100, 150, 200), 'the input, blurred (Gaussian, sigma 1 pixels)'],
    ['blur:2.5', plain(100, 150, 200), 'the input, blurred (Gaussian, sigma 2.5 pixels)'],
  ])('%s', async (spec, values, text) => {
    const { read } = await opened();
    const { all, used } = await read(spec);
    expect(all.dims).toEqual([1, 3, 2, 2]);
    all.data.forEach((value, i) => {
      expect(value).toBeCloseTo(values[i] as number, 4);
    });
    expect(used).toEqual([{ input: 'x', baseline: spec, text }]);
  });

  test('noise: pixels from 0 to 255, by the seed', async () => {
    const { read, model, feeds } = await opened();
    const { all, used } = await read('noise:500');
    expect(all.dims).toEqual([500, 3, 2, 2]);
    const pixels = [...all.data].map((v) => v * 2 + 10);
    expect(pixels.every((v) => Number.isInteger(v) && v >= 0 && v <= 255)).toBe(true);
    // 6000 values: the mean deviates by 0.95, so that five times that is never passed
    expect(Math.abs(pixels.reduce((sum, v) => sum + v, 0) / pixels.length - 127.5)).toBeLessThan(4.8);
    expect([Math.min(...pixels), Math.max(...pixels)]).toEqual([0, 255]);
    expect(used).toEqual([
      { input: 'x', baseline: 'noise:500', text: '500 examples of uniform noise of all pixel values', examples: 500, seed: 7 },
    ]);
    expect((await read('noise:500')).all.data).toEqual(all.data);
    const { baselines } = await readBaselines(model, feeds, 'noise:500', 8);
    expect(baselines.all('x', feeds.x as Tensor<'float32'>).data).not.toEqual(all.data);
  });

  test('another image, several, and a folder of them', async () => {
    const { read, folder } = await opened();
    mkdirSync(path.join(folder, 'many'));
    const files = [...'bac'].map((name, i) => picture(path.join(folder, 'many'), `${name}.png`, [i, 2 * i, 3 * i]));
    writeFileSync(path.join(folder, 'many', 'readme.txt'), 'no image');
    const [b = '', a = ''] = files;
    expect((await read(b)).all.data).toEqual(plain(0, 0, 0));
    expect((await read([a, b])).all.data).toEqual(plain(1, 2, 3, 0, 0, 0));
    const { all, used } = await read(path.join(folder, 'many'));
    expect(all.data).toEqual(plain(1, 2, 3, 0, 0, 0, 2, 4, 6));
    expect(used).toMatchObject([{ text: '3 images of the folder many', examples: 3 }]);
  });

  test('a .npy file of several examples, for a model whose batch is always 1', async () => {
    const { read, folder } = await opened();
    const file = path.join(folder, 'four.npy');
    writeFileSync(
      file,
      writeNpy(
        floats(
          [4, 3, 2, 2],
          Array.from({ length: 48 }, (_, i) => i),
        ),
      ),
    );
    const { all, used } = await read(file);
    expect([all.dims, all.data[47]]).toEqual([[4, 3, 2, 2], 47]);
    expect(used).toMatchObject([{ text: '4 examples from four.npy', examples: 4 }]);
  });

  test('as a picture', async () => {
    const { model, feeds } = await opened();
    const colourOf = async (spec: string | number) => [
      ...(baselinePictures(model, feeds, (await readBaselines(model, feeds, spec, 0)).baselines)[0]?.rgba.subarray(0, 4) ?? []),
    ];
    expect(await colourOf('zero')).toEqual([10, 10, 10, 255]);
    expect(await colourOf('gray')).toEqual([128, 128, 128, 255]);
    expect(await colourOf('blur')).toEqual([100, 150, 200, 255]);
    expect(await colourOf(45)).toEqual([100, 100, 100, 255]);
  });

  test('of a distribution, before it is used: its first pictures and their number', async () => {
    const { model, feeds, folder } = await opened();
    const preview = (baseline: BaselineSpec) => previewBaseline(model, feeds, baseline);
    const files = Array.from({ length: 14 }, (_, i) => picture(folder, `${i + 10}.png`, [i, 0, 0]));
    const { text, count, pictures } = await preview(files);
    expect([text, count]).toEqual([`14 images of the folder ${path.basename(folder)}`, 14]);
    expect(pictures.map(({ rgba }) => rgba[0])).toEqual(Array.from({ length: 12 }, (_, i) => i));
    const damaged = path.join(folder, 'damaged.png');
    writeFileSync(damaged, 'no picture');
    await expect(preview([...files, damaged])).rejects.toThrow(damaged);
    await expect(preview(array(folder, 'other.npy', [1, 2, 3]))).rejects.toThrow('differs from');
  });
});

test('zero is the mean colour of ImageNet where its mean and deviation are used', async () => {
  const { model } = modelOf([IMAGE]);
  const { feeds } = await readInputs(model, [picture(temporaryFolder(), 'a.png', [1, 2, 3])]);
  const { used } = await readBaselines(model, feeds, 'zero', 0);
  expect(used(['x'])).toMatchObject([{ text: 'zero of the normalised input: the colour 124, 116, 104' }]);
});

describe('of several inputs', () => {
  const inputs = [IMAGE, { name: 'ids', dims: [1, 3], code: FLOAT }];

  test('each has its own, 0 where it has none', async () => {
    const { read, folder } = await opened(inputs);
    const ids = array(folder, 'base.npy', [4, 5, 6]);
    expect((await read({ ids, x: 'black' })).all.data).toEqual(plain(0, 0, 0));
    expect((await read({ ids, x: 'black' }, 'ids')).all.data).toEqual(Float32Array.of(4, 5, 6));
    expect(await read({ x: 'black' }, 'ids')).toMatchObject({
      all: { data: Float32Array.of(0, 0, 0) },
      used: [{ input: 'ids', text: '0 everywhere' }],
    });
    expect((await read('black', 'ids')).used).toEqual([{ input: 'ids', baseline: 0, text: '0 everywhere' }]);
    expect((await read({ ids: 'zero' }, 'ids')).used).toEqual([{ input: 'ids', baseline: 'zero', text: '0 everywhere' }]);
    expect((await read(2, 'ids')).all.data).toEqual(Float32Array.of(2, 2, 2));
  });

  test('a picture for what takes none is refused', async () => {
    const { read, folder } = await opened(inputs);
    await expect(read({ ids: 'blur' })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/input ids takes none: give a number/),
    });
    await expect(read({ ids: picture(folder, 'a.png', [1, 2, 3]) })).rejects.toMatchObject({
      message: expect.stringMatching(/ids takes no image/),
    });
    await expect(read({ mask: 0 })).rejects.toMatchObject({ message: expect.stringMatching(/no input "mask".*x, ids/) });
  });
});

test("a layer's value has the number or the .npy file, and no picture", async () => {
  const { model, feeds, folder } = await opened();
  const layer = floats([1, 2], [0, 0]);
  const of = async (spec: BaselineSpec) => (await readBaselines(model, feeds, spec, 0)).baselines.all('layer', layer).data;
  expect(await of(3)).toEqual(Float32Array.of(3, 3));
  expect(await of(array(folder, 'layer.npy', [5, 6]))).toEqual(Float32Array.of(5, 6));
  await expect(of('black')).rejects.toMatchObject({ kind: 'usage', message: expect.stringMatching(/layer's value: give a number/) });
  const { used } = await readBaselines(model, feeds, 3, 0);
  expect(used(['layer'])).toEqual([{ input: 'layer', baseline: 3, text: '3 everywhere' }]);
});

describe('refused', () => {
  test.each([
    ['', /is empty/],
    ['blur:0', /takes a number of pixels above 0/],
    ['noise:2.5', /whole number from 1 to 1000/],
    ['black:3', /black takes nothing after it/],
    [['black', 'white'], /should all be files, and black is none/],
    ['gone.png', /gone\.png: there is no such file/],
  ] as const)('%j', async (spec, message) => {
    const { read } = await opened();
    await expect(read(spec)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  test('a folder without images, and files of different shapes', async () => {
    const { read, folder } = await opened();
    mkdirSync(path.join(folder, 'empty'));
    await expect(read(path.join(folder, 'empty'))).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/no image in this folder/),
    });
    const files = [picture(folder, 'a.png', [1, 2, 3]), array(folder, 'b.npy', [1, 2])];
    await expect(read(files)).rejects.toMatchObject({ message: expect.stringMatching(/different shapes: 3×2×2 and 2/) });
  });
});
