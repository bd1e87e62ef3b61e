import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { conventionOutcomes } from '../../../src/app/input/conventionOutcomes.ts';
import { Model } from '../../../src/app/model.ts';
import { encodePng } from '../../../src/image/encodePng.ts';
import type { Choices } from '../../../src/protocol/choices.ts';
import { fixture, temporaryFolder } from '../formats/models.ts';
import { texture } from '../image/fixtures.ts';

const at = (file: string): string => fileURLToPath(new URL(`../../../${file}`, import.meta.url));
const SHAPES = at('samples/shapes.onnx');
const CACTUS = at('samples/images/cactus.png');
const inGraph = (name: string): string => at(`test/fixtures/preprocessing/models/${name}.onnx`);

type Options = Parameters<typeof conventionOutcomes>[3];

async function outcomes(file: string, image: string, { choices = {}, ...options }: Options & { choices?: Choices } = {}) {
  const model = Model.open(file, { choices });
  try {
    return await conventionOutcomes(model, image, {}, options);
  } finally {
    await model.release();
  }
}

test('the best classes under each, as PIL, torchvision and ONNX Runtime have them', async () => {
  const expected: Record<string, { top: number[]; probability: number[] }> = JSON.parse(
    readFileSync(at('test/fixtures/preprocessing/conventions.json'), 'utf8'),
  );
  const fractions: number[] = [];
  const found = await outcomes(SHAPES, CACTUS, { report: (fraction) => fractions.push(fraction) });
  expect(found.map(({ name }) => name)).toEqual(Object.keys(expected));
  for (const { name, top } of found) {
    expect(top).toHaveLength(5);
    expect(
      top.map(({ index }) => index),
      name,
    ).toEqual(expected[name]?.top);
    expect(
      top.map(({ probability }) => probability),
      name,
    ).toEqual(expected[name]?.probability.map((p) => expect.closeTo(p, 4)));
  }
  expect(found.filter(({ current }) => current).map(({ name, top }) => [name, top[0]?.label])).toEqual([
    ['ImageNet mean/std, RGB', 'cactus'],
  ]);
  expect(fractions).toEqual(found.map((_, i) => i / found.length));
});

test('what is adopted is the one in use', async () => {
  for (const { name, settings } of await outcomes(SHAPES, CACTUS)) {
    const model = Model.open(SHAPES, { choices: { input: settings } });
    expect(model.summary.input).toMatchObject({ ...settings, name: name.replace(/, (RGB|BGR)$/, ''), guessed: false });
    await model.release();
  }
  const { name, settings } = (await outcomes(SHAPES, CACTUS)).at(-1) ?? {};
  const again = await outcomes(SHAPES, CACTUS, { choices: settings ? { input: settings } : {} });
  expect(again.filter(({ current }) => current).map((one) => one.name)).toEqual([name]);
});

test('an unusual one in use comes first', async () => {
  const [first, ...usual] = await outcomes(SHAPES, CACTUS, { choices: { input: { range: [0, 7] } } });
  expect(first).toMatchObject({ name: 'chosen here', current: true, settings: { range: [0, 7], mean: [0], std: [1], channels: 'RGB' } });
  expect(usual.some(({ current }) => current)).toBe(false);
});

test('one channel, whole numbers, and no classes', async () => {
  const picture = path.join(temporaryFolder(), 'picture.png');
  writeFileSync(picture, encodePng(texture(8, 8)));
  const gray = await outcomes(inGraph('inverted-gray'), picture);
  expect(gray.map(({ name }) => name)).toEqual(['0 to 1', '-1 to 1', '0 to 255', 'MNIST mean/std', 'inverted, 1 to 0']);
  expect(gray.map(({ top }) => top)).toEqual(gray.map(() => []));
  expect(new Set(gray.map(({ explained }) => explained?.text)).size).toBe(1);
  expect(new Set(gray.map(({ explained }) => explained?.score)).size).toBeGreaterThan(3);
  expect((await outcomes(inGraph('bytes'), picture)).map(({ name }) => name)).toEqual(['0 to 255, RGB', '0 to 255, BGR']);
  await expect(outcomes(fixture('external.onnx'), picture)).rejects.toMatchObject({ kind: 'unsupported' });
});

test('is cancelled between two passes', async () => {
  const controller = new AbortController();
  let passes = 0;
  const report = (): void => {
    if (++passes === 3) controller.abort();
  };
  await expect(outcomes(SHAPES, CACTUS, { signal: controller.signal, report })).rejects.toMatchObject({ kind: 'cancelled' });
  expect(passes).toBe(3);
});
