import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Explainer } from '../../src/app/explain.ts';
import { withLearntShapes } from '../../src/app/learnShapes.ts';
import { scoresOf } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { allLayers } from '../../src/app/tree/layerTree.ts';
import type { Target } from '../../src/protocol/target.ts';
import type { Cells } from '../../src/tensor/cells.ts';
import { sizeOf, type Tensor, tensor } from '../../src/tensor/tensor.ts';

/** What test/fixtures/explained/make.py writes. `at` is an offset in expected.bin; tensors are little-endian float32. */
interface StoredTensor {
  readonly dims: readonly number[];
  readonly at: number;
}

interface Network {
  readonly name: string;
  readonly files: readonly string[];
  readonly feeds: Readonly<Record<string, StoredTensor>>;
  readonly output: StoredTensor;
  readonly layers: Readonly<Record<string, Cells>>;
  readonly cases: readonly { readonly target: Target; readonly value: number; readonly maps: Readonly<Record<string, StoredTensor>> }[];
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures/explained');
const TOLERANCE = 1e-4;
const networks: readonly Network[] = JSON.parse(readFileSync(path.join(FIXTURES, 'expected.json'), 'utf8'));
const values = readFileSync(path.join(FIXTURES, 'expected.bin'));

const stored = ({ dims, at }: StoredTensor): Tensor<'float32'> =>
  tensor('float32', dims, new Float32Array(new Uint8Array(values.subarray(at, at + 4 * sizeOf(dims))).buffer));

/** L2 distance relative to the largest map of the case: where a gradient is zero nothing else is left to compare with. */
function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += ((actual[i] as number) - (expected[i] as number)) ** 2;
    norm += (expected[i] as number) ** 2;
  }
  return Math.sqrt(difference / (norm > 1e-12 ? norm : 1));
}

const files = networks.flatMap((network) => network.files.map((file) => [file, network] as const));

describe.each(files)('%s', (file, { feeds: storedFeeds, output, layers, cases }) => {
  const feeds = Object.fromEntries(Object.entries(storedFeeds).map(([name, place]) => [name, stored(place)]));
  const size = Object.values(feeds)[0]?.dims.slice(2) as [number, number];
  const openSize = file.startsWith('segmenter') || file.startsWith('super-resolution');
  let opened: Model;
  let model: Model;
  beforeAll(async () => {
    opened = Model.open(path.join(FIXTURES, 'models', file), { threads: 1, ...(openSize && { choices: { input: { size } } }) });
    model = await withLearntShapes(opened, feeds);
  });
  afterAll(() => opened.release());

  test('gives what PyTorch gives', async () => {
    const { dims, data } = await scoresOf(model, model.output, feeds);
    expect(dims).toEqual(output.dims);
    expect(distance(data, stored(output).data)).toBeLessThan(TOLERANCE);
  });

  test.each(Object.entries(layers))('%s lies over the image as PyTorch arranges it', (layer, cells) => {
    const { output: name } = model.findLayer(layer);
    expect([...allLayers(model.layers)].find((row) => row.output === name)?.cells).toEqual(cells);
  });

  test.each(cases.map((c) => [JSON.stringify(c.target), c] as const))(
    '%s: every map, in one pass and alone',
    async (_, { target, value, maps }) => {
      const sweep = await new Explainer(model, feeds).sweep(target);
      expect(sweep.target.target).toEqual(target);
      const score = file.startsWith('single-sigmoid') && value < 0 ? 1 + value : value;
      expect(Math.abs(sweep.target.score - score)).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(value)));
      expect(sweep.refusals).toEqual([]);
      const alone = new Explainer(model, feeds);
      for (const [layer, place] of Object.entries(maps)) {
        const { output: name } = model.findLayer(layer);
        const swept = sweep.maps.find((map) => map.output === name);
        const explanation = await alone.explain(layer, target);
        if (model.needs.get(name) === 'outside') {
          expect(stored(place).data.every((v) => v === 0)).toBe(true);
          expect(sweep.unreachable).toContain(name);
          expect(explanation).toMatchObject({ kind: 'none', why: expect.stringContaining('class token') });
          continue;
        }
        const explained = explanation.kind === 'map' ? explanation.map : undefined;
        for (const map of [swept, explained]) {
          expect([map?.height, map?.width], layer).toEqual(place.dims);
          expect(distance(map?.data ?? [], stored(place).data), layer).toBeLessThan(TOLERANCE);
        }
      }
      for (const layer of Object.keys(layers).filter((name) => !(name in maps)))
        expect(sweep.unreachable).toContain(model.findLayer(layer).output);
    },
  );
});
