import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { InputImage, LayerExplanation, Progress } from '../../src/protocol/model.ts';
import type { WorkerCalls } from '../../src/protocol/worker.ts';
import { writeResidualNetwork } from '../tools/residualNetwork.ts';
import { failure, isAlive, networkSockets, SAMPLE, sampleImage, sourcesOf, until, useWorker } from './harness.ts';

const { folder, observed } = useWorker();
const image = sampleImage('mushroom.jpg');

describe('what crosses', () => {
  test('summary, picture and maps arrive as typed data, with progress on the way', async () => {
    const { client } = observed();
    const events: [string, Progress | null][] = [];
    client.onProgress(({ model, progress }) => events.push([path.basename(model), progress]));
    const summary = await client.call('open', { path: SAMPLE, choices: {} });
    expect(summary).toMatchObject({ fileName: 'shapes.onnx', classes: 10 });
    await until(() => events.some(([, progress]) => progress?.text === 'Preparing shapes.onnx'));
    const { image: shown, missing } = await client.call('inputs', { model: SAMPLE, sources: sourcesOf(image) });
    expect(missing).toEqual([]);
    const { original, network, geometry } = shown as InputImage;
    expect(original.rgba).toBeInstanceOf(Uint8Array);
    expect(original.rgba).toHaveLength(original.width * original.height * 4);
    expect(network.rgba).toHaveLength(128 * 128 * 4);
    expect(geometry.inputWidth).toBe(128);
    const { maps, prediction } = await client.call('sweep', { model: SAMPLE });
    expect(prediction.top.map(({ label }) => label)[0]).toBe('mushroom');
    expect(maps.length).toBeGreaterThan(10);
    for (const { data, width, height } of maps) {
      expect(data).toBeInstanceOf(Float32Array);
      expect(data).toHaveLength(width * height);
    }
    await until(() => events.at(-1)?.[1] === null);
    expect(new Set(events.map(([model]) => model))).toEqual(new Set(['shapes.onnx']));
    const texts = events.map(([, progress]) => progress?.text ?? null);
    expect(texts.filter((_, i) => i % 2 === 0)).toEqual([
      'Reading the model',
      'Preparing shapes.onnx',
      'Reading the input',
      'Explaining every layer',
    ]);
    expect(texts.filter((_, i) => i % 2 === 1)).toEqual([null, null, null, null]);
  });

  test('methods with their parameters, and what one of them says', async () => {
    const { client } = observed();
    await client.call('open', { path: SAMPLE, choices: {} });
    await client.call('inputs', { model: SAMPLE, sources: sourcesOf(image) });
    const methods = await client.call('methods', { model: SAMPLE });
    expect(methods[0]).toMatchObject({ name: 'LayerGradCam', question: 'Where does this layer look?' });
    expect(methods[0]?.parameters).toContainEqual(expect.objectContaining({ name: 'relu_attributions', type: 'boolean', default: false }));
    const { maps, target } = await client.call('sweep', { model: SAMPLE });
    const recipe = { method: 'LayerGradCam', layer: 'head.conv', set: {} };
    const view = await client.call('attribute', { model: SAMPLE, recipe });
    expect(view).toMatchObject({ recipe, shape: '1×1×16×16', remarks: [], explanation: { kind: 'map', target } });
    const { map } = view.explanation as Extract<LayerExplanation, { kind: 'map' }>;
    const swept = maps.find(({ output }) => output === map.output);
    for (const [i, value] of map.data.entries()) expect(value).toBeCloseTo(swept?.data[i] ?? Number.NaN, 4);
    const pixels = await client.call('attribute', { model: SAMPLE, recipe: { method: 'InputXGradient', set: {} } });
    expect(pixels).toMatchObject({ shape: '1×3×128×128', explanation: { kind: 'map', map: { width: 128, height: 128 } } });
    const wrong = failure(client.call('attribute', { model: SAMPLE, recipe: { ...recipe, set: { relu: true } } }));
    expect(await wrong).toMatchObject({ kind: 'usage', message: expect.stringContaining('no parameter "relu"') });
  });

  test('the usual conventions, one adopted and saved; the true class by the folder', async () => {
    const { client } = observed();
    const place = path.join(folder, 'adopted', 'mushroom');
    mkdirSync(place, { recursive: true });
    const model = path.join(folder, 'adopted', 'shapes.onnx');
    const photo = path.join(place, 'photo.jpg');
    for (const [from, to] of [
      [SAMPLE, model],
      [path.join(path.dirname(SAMPLE), 'labels.txt'), path.join(folder, 'adopted', 'labels.txt')],
      [image, photo],
    ] as const)
      copyFileSync(from, to);
    const texts = new Set<string>();
    client.onProgress(({ progress }) => progress?.fraction !== undefined && texts.add(`${progress.text} ${progress.fraction}`));
    const { input, labelling } = await client.call('open', { path: model, choices: {} });
    expect(input).toMatchObject({ name: 'ImageNet mean/std', guessed: true });
    expect(labelling).toMatchObject({ source: 'labels.txt', count: 10 });
    const { image: shown } = await client.call('inputs', { model, sources: sourcesOf(photo) });
    expect(shown?.truth).toEqual({ index: 6, from: 'folder', where: 'the folder mushroom' });
    const outcomes = await client.call('conventions', { model });
    expect(outcomes).toHaveLength(10);
    expect(texts.size).toBe(10);
    const chosen = outcomes.find(({ name }) => name === '-1 to 1, RGB')?.settings;
    await client.call('open', { path: model, choices: { ...(chosen && { input: chosen }) } });
    const { file } = await client.call('saveConfiguration', { model });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ input: { range: [-1, 1], mean: [0], std: [1], channels: 'RGB' } });
    expect((await client.call('open', { path: model, choices: {} })).input).toMatchObject({ name: 'from inspectum.json', guessed: false });
  });

  test('the conventions are cancelled between two passes', async () => {
    const { client } = observed();
    await client.call('open', { path: SAMPLE, choices: {} });
    await client.call('inputs', { model: SAMPLE, sources: sourcesOf(image) });
    const controller = new AbortController();
    let passes = 0;
    client.onProgress(({ progress }) => {
      if (progress?.fraction === undefined) return;
      passes++;
      controller.abort();
    });
    expect((await failure(client.call('conventions', { model: SAMPLE }, controller.signal))).kind).toBe('cancelled');
    await client.call('sweep', { model: SAMPLE });
    expect(passes).toBeLessThan(10);
  });

  const truncated = path.join(folder, 'truncated.onnx');
  const text = path.join(folder, 'text.onnx');
  test.each<[string, string, () => void, string]>([
    ['a file that is not there', path.join(folder, 'no.onnx'), () => undefined, 'missing'],
    ['a text file', text, () => writeFileSync(text, 'These are words.\n'.repeat(50)), 'corrupt'],
    [
      'a truncated model',
      truncated,
      () => {
        writeResidualNetwork(truncated, { depths: [1], size: 32, classes: 2 });
        truncateSync(truncated, 100_000);
      },
      'corrupt',
    ],
  ])('%s is an error with a kind and words that name it', async (_what, file, make, expected) => {
    make();
    const { client } = observed();
    const { kind, message } = await failure(client.call('open', { path: file, choices: {} }));
    expect(kind).toBe(expected);
    expect(message).toContain(path.basename(file));
    await client.call('ping', null);
  });

  test('calls that the worker does not know, and those out of order, are answered', async () => {
    const { client } = observed();
    expect(await failure(client.call('shutdown' as keyof WorkerCalls, null))).toMatchObject({ kind: 'usage' });
    expect(await failure(client.call('constructor' as keyof WorkerCalls, null))).toMatchObject({ kind: 'usage' });
    expect(await failure(client.call('sweep', { model: SAMPLE }))).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('is not open'),
    });
  });
});

test('nothing is sent over a network, and no file is left behind', async () => {
  const temporary = path.join(folder, 'tmp');
  mkdirSync(temporary);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, temporary);
  try {
    const one = observed();
    await one.client.call('open', { path: SAMPLE, choices: {} });
    await one.client.call('inputs', { model: SAMPLE, sources: sourcesOf(image) });
    const sockets: string[] = [];
    for (const target of [0, 1, 2, 3]) {
      await one.client.call('sweep', { model: SAMPLE, target: { kind: 'class', index: target } });
      sockets.push(...(await networkSockets(one.pid)));
    }
    expect(sockets).toEqual([]);
    one.client.end();
    await until(() => !isAlive(one.pid));
    expect(readdirSync(temporary)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
  }
});
