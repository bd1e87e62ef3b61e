import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Explainer } from '../../../src/app/explain.ts';
import { scoresOf } from '../../../src/app/methods/attribute.ts';
import { Model } from '../../../src/app/model.ts';
import { floats, sizeOf } from '../../../src/tensor/tensor.ts';

/** A model that ends in a Softmax, explained both ways. */
const FILE = path.resolve(import.meta.dirname, '../../fixtures/models/probabilities.onnx');
const raw = Model.open(FILE);
const before = Model.open(FILE, { choices: { explain: 'logits' } });
const [port] = raw.graph.inputs;
const dims = (port?.shape ?? []).map((d) => (typeof d === 'number' ? d : 1));
const feeds = {
  [port?.name ?? '']: floats(
    dims,
    Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(i)),
  ),
};

describe('what is explained of a model that ends in a Softmax', () => {
  let logits: readonly number[];
  let output: readonly number[];
  beforeAll(async () => {
    logits = Array.from((await scoresOf(before, before.output, feeds)).data as Float32Array);
    output = Array.from((await scoresOf(raw, raw.output, feeds)).data as Float32Array);
  });
  afterAll(() => Promise.all([raw.release(), before.release()]));

  test('is the raw output unless the logits are asked for', () => {
    const [port] = raw.graph.outputs;
    expect(raw.summary.explains).toMatchObject({ what: 'output', value: port?.name, operator: 'Softmax', outputs: [port?.name] });
    expect(before.summary.explains).toMatchObject({ what: 'logits', operator: 'Softmax' });
    expect(before.output).not.toBe(raw.output);
  });

  test('are values of which the Softmax is the output', () => {
    const sum = logits.reduce((s, v) => s + Math.exp(v), 0);
    for (const [i, v] of logits.entries()) expect(Math.exp(v) / sum).toBeCloseTo(output[i] as number, 6);
  });

  test('the probabilities that are shown are the same, and not squashed twice', async () => {
    const [a, b] = await Promise.all([new Explainer(raw, feeds).prediction(), new Explainer(before, feeds).prediction()]);
    expect(a.top.map((c) => c.index)).toEqual(b.top.map((c) => c.index));
    for (const [i, c] of a.top.entries()) expect(c.probability).toBeCloseTo(b.top[i]?.probability as number, 6);
    expect(a.top[0]?.probability).toBeCloseTo(Math.max(...output), 6);
  });
});
