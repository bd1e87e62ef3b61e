import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { RESTARTED } from '../../src/extension/workerProcess.ts';
import type { InputImage, LayerExplanation, Progress } from '../../src/protocol/model.ts';
import type { WireError } from '../../src/protocol/rpc.ts';
import type { WorkerCalls } from '../../src/protocol/worker.ts';
import { writeLargeImage } from '../tools/largeImage.ts';
import { writeResidualNetwork } from '../tools/residualNetwork.ts';
import { buildWorker, delay, failure, isAlive, networkSockets, Observed, SAMPLE, sampleImage, until } from './harness.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'inspectum-worker-'));
/** Takes seconds for a pass, in one uninterruptible run. */
const slow = path.join(folder, 'slow.onnx');
const image = sampleImage('mushroom.jpg');
const MB = 2 ** 20;
/** Takes half a gigabyte when it is read. */
const large = path.join(folder, 'large.bmp');
/** For the sample's input; the slow model's is called `input`. */
const sourcesOf = (path: string, input = 'image') => ({ [input]: { kind: 'image', path } as const });
const running: Observed[] = [];
let script = '';

beforeAll(async () => {
  script = await buildWorker();
  writeLargeImage(large, 9000);
  writeResidualNetwork(slow, { depths: [3, 16], size: 768, classes: 10 });
});
afterEach(() => {
  for (const { client } of running.splice(0)) client.dispose();
});
afterAll(() => rmSync(folder, { recursive: true }));

function observed(
  options: Partial<ConstructorParameters<typeof Observed>[0]> = {},
  patience = { grace: 10_000, cancel: 400, ping: 300 },
): Observed {
  const one = new Observed({ script, ...options }, patience);
  running.push(one);
  return one;
}

/** A pass over the slow model that has begun: what goes before it, where the model was not prepared. */
async function begun(isPrepared: boolean, options: Parameters<typeof observed>[0] = {}, signal?: AbortSignal) {
  const one = observed(options);
  const { client } = one;
  const texts: (string | undefined)[] = [];
  client.onProgress(({ progress }) => texts.push(progress?.text));
  await client.call('open', { path: slow, choices: {} });
  if (isPrepared) await until(() => texts.some((text) => text?.startsWith('Preparing')) && texts.at(-1) === undefined);
  await client.call('inputs', { model: slow, sources: sourcesOf(image, 'input') });
  const sweep = failure(client.call('sweep', { model: slow }, signal));
  await until(() => texts.includes('Explaining every layer'));
  return { one, client, sweep, texts };
}

/** The process runs it, and answers nobody. */
async function blocked(options?: Parameters<typeof observed>[0], signal?: AbortSignal) {
  const running = await begun(true, options, signal);
  const answers = () =>
    running.client.call('ping', null, AbortSignal.timeout(300)).then(
      () => true,
      () => false,
    );
  while (await answers()) await delay(5);
  return running;
}

describe('the life of the process', () => {
  test('it starts with the first call, and is shared', async () => {
    const one = observed();
    one.client.use();
    await delay(50);
    expect(one.pids).toEqual([]);
    await Promise.all([one.client.call('ping', null), one.client.call('ping', null)]);
    await one.client.call('ping', null);
    expect(one.pids).toHaveLength(1);
  });

  test('it ends a while after its last user, unless another comes', async () => {
    const one = observed({}, { grace: 300, cancel: 400, ping: 300 });
    const [first, second] = [one.client.use(), one.client.use()];
    await one.client.call('ping', null);
    first();
    first();
    await delay(450);
    expect(isAlive(one.pid)).toBe(true);
    second();
    await delay(100);
    expect(isAlive(one.pid)).toBe(true);
    const third = one.client.use();
    await delay(450);
    expect(isAlive(one.pid)).toBe(true);
    third();
    await until(() => !isAlive(one.pid), 2000);
    one.client.use();
    await one.client.call('ping', null);
    expect(one.pids).toHaveLength(2);
  });

  test('a crash fails what waits, is told with its reason, and the next call starts another', async () => {
    const one = observed();
    const reasons: WireError[] = [];
    one.client.onEnded((reason) => reasons.push(reason));
    await one.client.call('open', { path: SAMPLE, choices: {} });
    const { generation } = one.client;
    const waiting = failure(one.client.call('inputs', { model: SAMPLE, sources: sourcesOf(image) }));
    process.kill(one.pid, 'SIGKILL');
    const { kind, message } = await waiting;
    expect({ kind, message }).toEqual(reasons[0]);
    expect(kind).toBe('engine');
    expect(message).toMatch(/ended unexpectedly \((signal SIGKILL|exit code 1)\)/);
    expect(reasons).toHaveLength(1);
    expect(one.client.generation).not.toBe(generation);
    expect((await failure(one.client.call('inputs', { model: SAMPLE, sources: sourcesOf(image) }))).kind).toBe('usage');
    expect(one.pids).toHaveLength(2);
  });

  test('a Node.js that is not there is a failure in words', async () => {
    const { kind, message } = await failure(observed({ execPath: path.join(folder, 'no-node') }).client.call('ping', null));
    expect(kind).toBe('engine');
    expect(message).toMatch(/could not be run: .*no-node/);
  });

  test('past its memory it is ended, and the figures are told', async () => {
    const { client } = observed({ memoryLimit: 256 * MB });
    await client.call('open', { path: SAMPLE, choices: {} });
    const { kind, message } = await failure(client.call('inputs', { model: SAMPLE, sources: sourcesOf(large) }));
    expect(kind).toBe('memory');
    expect(Number(/used (\d+) MB, more than the limit of 256 MB/.exec(message)?.[1])).toBeGreaterThan(256);
    expect(message).toContain('inspectum.memoryLimit');
  });

  test('what other models wait for may be asked again when one takes too much memory', async () => {
    const { client } = observed({ memoryLimit: 256 * MB });
    const told: (string | undefined)[] = [];
    client.onEnded((_reason, model) => told.push(model));
    await client.call('open', { path: SAMPLE, choices: {} });
    const taken = failure(client.call('inputs', { model: SAMPLE, sources: sourcesOf(large) }));
    const other = failure(
      (async () => {
        while (client.generation === 0) await client.call('close', { path: slow });
      })(),
    );
    expect((await taken).kind).toBe('memory');
    expect(told).toEqual([SAMPLE]);
    expect((await other).kind).toBe(RESTARTED);
  });
});

describe('what does not fit into memory', () => {
  const medium = path.join(folder, 'medium.onnx');
  beforeAll(() => writeResidualNetwork(medium, { depths: [2, 6], size: 384, classes: 10 }));

  async function opened(memoryLimit: number, frugal = false) {
    const one = observed({ memoryLimit });
    await one.client.call('open', { path: medium, choices: {}, frugal });
    await one.client.call('inputs', { model: medium, sources: sourcesOf(image, 'input') });
    return one;
  }
  const FIGURES = 'It would take about [\\d,]+ MB of memory; the limit is \\d+ MB\\. Raise "inspectum\\.memoryLimit"';

  test('in one pass is explained ahead as far as it does', async () => {
    const one = await opened(200 * MB);
    const { maps, refusals } = await one.client.call('sweep', { model: medium });
    const [, count] = /^The last (\d+) of \d+ layers are explained ahead, the others when they are chosen/.exec(refusals[0] ?? '') ?? [];
    expect(maps).toHaveLength(Number(count));
    expect(refusals).toEqual([expect.stringMatching(FIGURES)]);
    expect(await one.client.call('explain', { model: medium, layer: 'layer2.5.conv3' })).toMatchObject({ kind: 'map' });
    expect(await one.client.call('explain', { model: medium, layer: 'conv1' })).toMatchObject({
      kind: 'none',
      why: expect.stringMatching(`This layer cannot be explained. ${FIGURES}`),
    });
    expect(one.pids).toHaveLength(1);
  });

  test('in a process before is explained layer by layer', async () => {
    const one = await opened(4000 * MB, true);
    const { maps, refusals, prediction, target } = await one.client.call('sweep', { model: medium });
    expect(maps).toEqual([]);
    expect(refusals).toEqual([expect.stringMatching(/come to the end of its memory before\..*explained one by one/)]);
    expect(prediction.top[0]?.index).toBe(target.index);
    for (const layer of ['layer2.5.conv3', 'conv1'])
      expect(await one.client.call('explain', { model: medium, layer })).toMatchObject({ kind: 'map' });
    expect(one.pids).toHaveLength(1);
  });

  test('not even for a prediction is said, and the process goes on', async () => {
    const one = await opened(140 * MB);
    const { kind, message } = await failure(one.client.call('sweep', { model: medium }));
    expect(kind).toBe('memory');
    expect(message).toMatch(new RegExp(`medium\\.onnx: nothing of it can be computed, not even its prediction\\. ${FIGURES}`));
    await one.client.call('ping', null);
    expect(one.pids).toHaveLength(1);
  });
});

describe('cancelling', () => {
  test('a run that blocks is over within a second, and what others wait for may be asked again', async () => {
    const controller = new AbortController();
    const { client, sweep, one } = await blocked({}, controller.signal);
    const reasons: WireError[] = [];
    client.onEnded((reason) => reasons.push(reason));
    const other = failure(client.call('open', { path: SAMPLE, choices: {} }));
    await client.endIfBlocked(SAMPLE);
    expect(isAlive(one.pid)).toBe(true);
    const began = performance.now();
    controller.abort();
    void client.endIfBlocked(slow);
    expect((await sweep).kind).toBe('cancelled');
    expect(performance.now() - began).toBeLessThan(100);
    await until(() => !isAlive(one.pid), 1000);
    expect(performance.now() - began).toBeLessThan(1000);
    expect((await other).kind).toBe('restarted');
    expect(reasons.map(({ kind }) => kind)).toEqual(['restarted']);
    expect((await client.call('open', { path: SAMPLE, choices: {} })).fileName).toBe('shapes.onnx');
  });

  test('a pass that is only being prepared is left, and the process goes on', async () => {
    const controller = new AbortController();
    const { client, one, sweep, texts } = await begun(false, {}, controller.signal);
    controller.abort();
    expect((await sweep).kind).toBe('cancelled');
    await until(() => texts.at(-1) === undefined);
    expect((await client.call('open', { path: SAMPLE, choices: {} })).fileName).toBe('shapes.onnx');
    expect(isAlive(one.pid)).toBe(true);
  });

  test('a process that listens goes on', async () => {
    const one = observed();
    await one.client.call('open', { path: SAMPLE, choices: {} });
    await one.client.call('inputs', { model: SAMPLE, sources: sourcesOf(image) });
    const controller = new AbortController();
    const sweep = failure(one.client.call('sweep', { model: SAMPLE }, controller.signal));
    controller.abort();
    await one.client.endIfBlocked(SAMPLE);
    expect((await sweep).kind).toBe('cancelled');
    expect((await one.client.call('sweep', { model: SAMPLE })).prediction.top[0]?.label).toBe('mushroom');
    expect(one.pids).toHaveLength(1);
  });

  test('what is cancelled while it waits does not run', async () => {
    const { client, sweep, one } = await blocked();
    const texts: string[] = [];
    client.onProgress(({ progress }) => texts.push(progress?.text ?? ''));
    const controller = new AbortController();
    const waiting = failure(client.call('explain', { model: slow, layer: 'conv1' }, controller.signal));
    controller.abort();
    expect((await waiting).kind).toBe('cancelled');
    const after = client.call('open', { path: SAMPLE, choices: {} });
    await expect(sweep).rejects.toThrow('did not fail');
    await after;
    expect(texts).toContain('Reading the model');
    expect(texts).not.toContain('Explaining conv1');
    expect(one.pids).toHaveLength(1);
  });

  test('a call that is aborted before it is made is not made', async () => {
    const one = observed();
    expect((await failure(one.client.call('open', { path: SAMPLE, choices: {} }, AbortSignal.abort()))).kind).toBe('cancelled');
  });
});

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
