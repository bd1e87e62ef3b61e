import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { buildProgram, fixture, HOUSE, npy, printed, temporaryFolder } from './program.ts';

buildProgram();

test('sweep: a map and a picture per layer, and a list of them', async () => {
  const folder = path.join(temporaryFolder(), 'made', 'here');
  const text = await printed(['sweep', fixture('no-gradient.onnx'), '--input', HOUSE, '--target', '2', '--out', folder]);
  expect(text).toMatch(/Trilu/);
  const sweep = JSON.parse(readFileSync(path.join(folder, 'sweep.json'), 'utf8'));
  expect(sweep.target.index).toBe(2);
  expect(sweep.maps.map((map: { layer: string }) => map.layer)).toEqual(['middle', 'conv2']);
  for (const { npy: file, png, width, height } of sweep.maps) {
    expect(npy(path.join(folder, file)).dims).toEqual([1, 1, height, width]);
    expect(decode(readFileSync(path.join(folder, png))).width).toBeGreaterThan(0);
  }
});
