import path from 'node:path';
import process from 'node:process';
import { beforeAll, describe, expect, test } from 'vitest';
import type { WireError } from '../../src/protocol/rpc.ts';
import { writeResidualNetwork } from '../tools/residualNetwork.ts';
import { delay, failure, isAlive, SAMPLE, sampleImage, sourcesOf, until, useWorker } from './harness.ts';

const { folder, observed } = useWorker();
const image = sampleImage('mushroom.jpg');
/** Takes seconds for a pass, in one uninterruptible run. */
const slow = path.join(folder, 'slow.onnx');
beforeAll(() => writeResidualNetwork(slow, { depths: [3, 16], size: 768, classes: 10 }));

/** A pass over the slow model that has begun: what goes before it, where the model was not prepared. */
async function begun(isPrepared: boolean, signal?: AbortSignal) {
  const one = observed();
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
async function blocked(signal?: AbortSignal) {
  const running = await begun(true, signal);
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
});

describe('cancelling', () => {
  test('a run that blocks ends with its process, and what others wait for may be asked again', async () => {
    const controller = new AbortController();
    const { client, sweep, one } = await blocked(controller.signal);
    const reasons: WireError[] = [];
    client.onEnded((reason) => reasons.push(reason));
    const other = failure(client.call('open', { path: SAMPLE, choices: {} }));
    await client.endIfBlocked(SAMPLE);
    expect(isAlive(one.pid)).toBe(true);
    controller.abort();
    void client.endIfBlocked(slow);
    expect((await sweep).kind).toBe('cancelled');
    await until(() => !isAlive(one.pid));
    expect((await other).kind).toBe('restarted');
    expect(reasons.map(({ kind }) => kind)).toEqual(['restarted']);
    expect((await client.call('open', { path: SAMPLE, choices: {} })).fileName).toBe('shapes.onnx');
  });

  test('a pass that is only being prepared is left, and the process goes on', async () => {
    const controller = new AbortController();
    const { client, one, sweep, texts } = await begun(false, controller.signal);
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
