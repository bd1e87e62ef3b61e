import { expect, test } from 'vitest';
import { withReducedMaps } from '../../../src/app/sweep/reducedMaps.ts';
import type { LayerMap, Sweep } from '../../../src/protocol/model.ts';

/** The numbers that the expectations of PyTorch's AdaptiveAvgPool2d were made of. */
const mapOf = (width: number, height: number): LayerMap => ({
  output: `${width}×${height}`,
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5 + Math.floor(i / width) / 100),
});

const POOLED = [
  [0, 0, 0.031],
  [0, 63, 0.0925],
  [20, 33, 0.658],
  [47, 0, 1.416],
  [47, 63, 1.4775],
] as const;
const [LOW, HIGH] = [-0.5, 1.987];

const sweepOf = (maps: readonly LayerMap[]): Sweep => ({
  prediction: { output: 'scores', dims: [10], scale: 'softmax of 10 logits', top: [] },
  target: { index: 0, text: 'class 0', score: 1, probability: 1, target: { kind: 'class', index: 0 } },
  maps,
  unreachable: [],
  refusals: [],
  ms: 1,
});

test('a large map crosses as the means of its cells, with its extremes', () => {
  const [small] = withReducedMaps(sweepOf([mapOf(200, 150)])).maps;
  expect([small?.output, small?.width, small?.height, small?.data.length]).toEqual(['200×150', 64, 48, 64 * 48]);
  const cell = (row: number, column: number) => small?.data[row * 64 + column];
  for (const [row, column, expected] of POOLED) expect(cell(row, column)).toBeCloseTo(expected, 5);
  expect(small?.reduced?.low).toBeCloseTo(LOW, 5);
  expect(small?.reduced?.high).toBeCloseTo(HIGH, 5);
});

test('a map of up to 128 × 128 cells crosses as it is', () => {
  const maps = [mapOf(128, 128), mapOf(7, 7)];
  expect(withReducedMaps(sweepOf(maps)).maps).toEqual(maps);
});

test('the extremes of a map of one sign reach to zero', () => {
  const { data, ...map } = mapOf(200, 150);
  const [small] = withReducedMaps(sweepOf([{ ...map, data: data.map((value) => value + 1) }])).maps;
  expect(small?.reduced?.low).toBe(0);
});
