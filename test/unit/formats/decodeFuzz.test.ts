import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Model } from '../../../src/app/model.ts';
import { InspectumError } from '../../../src/tensor/errors.ts';
import { fixture, temporaryFolder } from './models.ts';

const ONNX = ['torchscript', 'dynamo', 'functions', 'dtypes', 'external', 'inputs', 'custom-operator'].map((name) => `${name}.onnx`);
const ORT = ['torchscript.ort', 'torchscript.nchwc.ort', 'dynamo.with_runtime_opt.ort', 'subgraphs.ort', 'sparse.ort'].map(
  (name) => `../ort/${name}`,
);
const KINDS = ['corrupt', 'unsupported', 'missing', 'refused', 'too-large'];
const MAX_MS = 2000;
const MAX_BYTES = 500 * 2 ** 20;

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Damage {
  readonly what: string;
  readonly bytes: Uint8Array;
}

function* damages(model: Uint8Array, random: () => number): Generator<Damage> {
  const at = (): number => Math.floor(random() * model.length);
  for (const quarter of [0, 1, 2, 3]) yield { what: `first ${quarter} quarters`, bytes: model.slice(0, (model.length * quarter) / 4) };
  for (let i = 0; i < 60; i++) {
    const length = at();
    yield { what: `first ${length} bytes`, bytes: model.slice(0, length) };
  }
  for (let i = 0; i < 120; i++) {
    const bytes = model.slice();
    const places = Array.from({ length: i % 3 === 0 ? 8 : 1 }, at);
    for (const place of places) bytes[place] = Math.floor(random() * 256);
    yield { what: `other bytes at ${places.join(', ')}`, bytes };
  }
}

test.each([...ONNX, ...ORT])('%s: whatever is damaged, it opens or an error says what is wrong', (name) => {
  const file = path.join(temporaryFolder(), path.basename(name));
  const random = seeded(name.length);
  let refused = 0;
  for (const { what, bytes } of damages(new Uint8Array(readFileSync(fixture(name))), random)) {
    writeFileSync(file, bytes);
    const started = performance.now();
    const memory = process.memoryUsage.rss();
    try {
      Model.open(file);
    } catch (error) {
      refused++;
      expect(error, what).toBeInstanceOf(InspectumError);
      const { kind, message } = error as InspectumError;
      expect(KINDS, `${what}: ${message}`).toContain(kind);
      expect(message, what).toContain(file);
    }
    expect(performance.now() - started, what).toBeLessThan(MAX_MS);
    expect(process.memoryUsage.rss() - memory, what).toBeLessThan(MAX_BYTES);
  }
  expect(refused).toBeGreaterThan(40);
});
