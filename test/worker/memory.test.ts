import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { RESTARTED } from '../../src/extension/workerProcess.ts';
import { writeLargeImage } from '../tools/largeImage.ts';
import { writeResidualNetwork } from '../tools/residualNetwork.ts';
import { failure, SAMPLE, sampleImage, sourcesOf, useWorker } from './harness.ts';

const { folder, observed } = useWorker();
const MB = 2 ** 20;

describe('a process that takes too much memory', () => {
  /** Takes half a gigabyte when it is read. */
  const large = path.join(folder, 'large.bmp');
  beforeAll(() => writeLargeImage(large, 9000));

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
    const asked = failure(
      (async () => {
        while (client.generation === 0) await client.call('close', { path: 'other.onnx' });
      })(),
    );
    expect((await taken).kind).toBe('memory');
    expect(told).toEqual([SAMPLE]);
    expect((await asked).kind).toBe(RESTARTED);
  });
});

describe('what does not fit into memory', () => {
  const medium = path.join(folder, 'medium.onnx');
  beforeAll(() => writeResidualNetwork(medium, { depths: [2, 6], size: 384, classes: 10 }));

  async function opened(memoryLimit: number, frugal = false) {
    const one = observed({ memoryLimit });
    await one.client.call('open', { path: medium, choices: {}, frugal });
    await one.client.call('inputs', { model: medium, sources: sourcesOf(sampleImage('mushroom.jpg'), 'input') });
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
