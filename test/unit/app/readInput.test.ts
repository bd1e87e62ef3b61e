import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readInputs } from '../../../src/app/input/readInput.ts';
import { Model } from '../../../src/app/model.ts';
import { encodePng } from '../../../src/image/encodePng.ts';
import { fixture, temporaryFolder } from '../formats/models.ts';
import { array, FLOAT, INT8, INT64, modelOf, picture, UINT8 } from './inputModels.ts';

test.each([
  [UINT8, 'uint8', [10, 200, 255]],
  [INT8, 'int8', [-118, 72, 127]],
])('a picture for a quantised input (%i) is fed as %s', async (code, dtype, pixel) => {
  const { model, folder } = modelOf([{ name: 'x', dims: [1, 2, 2, 3], code }]);
  const { feeds } = await readInputs(model, [picture(folder, 'a.png', [10, 200, 255])]);
  expect(feeds.x?.dtype).toBe(dtype);
  expect([...(feeds.x?.data ?? [])]).toEqual([...pixel, ...pixel, ...pixel, ...pixel]);
});

test.each([
  ['its own colour by default', {}, [10, 200, 250]],
  ['its own colour', { background: 'drop' }, [10, 200, 250]],
  ['the colour behind', { background: [110, 100, 0] }, [90, 120, 50]],
  ['a gray behind', { background: [255] }, [206, 244, 254]],
])('a picture that is a fifth opaque shows %s, to the network and to the person', async (_, settings, pixel) => {
  const { folder } = modelOf([{ name: 'x', dims: [1, 2, 2, 3], code: UINT8 }]);
  writeFileSync(path.join(folder, 'inspectum.json'), JSON.stringify({ input: settings }));
  const { model } = modelOf([{ name: 'x', dims: [1, 2, 2, 3], code: UINT8 }], folder);
  const file = path.join(folder, 'clear.png');
  writeFileSync(file, encodePng({ width: 1, height: 1, data: Uint8Array.of(10, 200, 250, 51) }));
  const { feeds, image } = await readInputs(model, [file]);
  expect([...(feeds.x?.data ?? [])]).toEqual([...pixel, ...pixel, ...pixel, ...pixel]);
  expect([...(image?.original.rgba ?? [])]).toEqual([...pixel, 255]);
  expect(image?.hasAlpha).toBe(true);
  expect((await readInputs(model, [picture(folder, 'opaque.png', [1, 2, 3])])).image?.hasAlpha).toBe(false);
});

test('two pictures for two inputs', async () => {
  const sized = { dims: [1, 3, 2, 2], code: FLOAT };
  const { folder } = modelOf([{ name: 'left', ...sized }]);
  writeFileSync(path.join(folder, 'inspectum.json'), JSON.stringify({ input: { range: [0, 255] } }));
  const { model } = modelOf(
    [
      { name: 'left', ...sized },
      { name: 'right', ...sized },
    ],
    folder,
  );
  const { feeds, image } = await readInputs(model, [
    `right=${picture(folder, 'r.png', [1, 2, 3])}`,
    `left=${picture(folder, 'l.png', [4, 5, 6])}`,
  ]);
  expect([...(feeds.left?.data ?? [])]).toEqual([4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6]);
  expect([...(feeds.right?.data ?? [])]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  expect(image?.name).toContain('r.png');
});

test('numbers that fit become what the input takes; others are refused', async () => {
  const { model, folder } = modelOf([{ name: 'ids', dims: [1, 3], code: INT64 }]);
  const { feeds } = await readInputs(model, [array(folder, 'ids.npy', [1, 0, -7])]);
  expect(feeds.ids).toEqual({ dtype: 'int64', dims: [1, 3], data: BigInt64Array.of(1n, 0n, -7n) });
  for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e20])
    await expect(readInputs(model, [array(folder, 'bad.npy', [1, value, 2])])).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/bad\.npy: holds .* but the input ids takes int64/),
    });
});

test('a file with "=" in its name', async () => {
  const { model, folder } = modelOf([{ name: 'x', dims: [1, 2], code: FLOAT }]);
  expect((await readInputs(model, [array(folder, 'x=1.npy', [5, 6])])).feeds.x?.data).toEqual(Float32Array.of(5, 6));
});

test('inputs whose names are those of JavaScript objects', async () => {
  const names = ['__proto__', 'constructor'];
  const { model, folder } = modelOf(names.map((name) => ({ name, dims: [1, 2], code: FLOAT })));
  const files = names.map((name, i) => `${name}=${array(folder, `${i}.npy`, [i, i])}`);
  expect(Object.keys((await readInputs(model, files)).feeds)).toEqual(names);
  await expect(readInputs(model, files.slice(1))).rejects.toMatchObject({
    message: expect.stringMatching(/nothing was given for __proto__/),
  });
});

test('a picture among other inputs goes to the one that takes pictures', async () => {
  const model = Model.open(fixture('inputs.onnx'));
  const folder = temporaryFolder();
  copyFileSync(fixture('inputs.ids.npy'), path.join(folder, 'ids.npy'));
  const { feeds } = await readInputs(model, [
    `ids=${path.join(folder, 'ids.npy')}`,
    picture(folder, 'p.png', [0, 0, 0]),
    `features=${fixture('inputs.features.npy')}`,
  ]);
  expect(new Set(Object.keys(feeds))).toEqual(new Set(['features', 'ids', 'image']));
  expect(feeds.image?.dims).toEqual([1, 3, 4, 4]);
});
