import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Explainer } from '../../src/app/explain.ts';
import { readInputs } from '../../src/app/input/readInput.ts';
import { Model } from '../../src/app/model.ts';
import { interpolate } from '../../src/image/interpolate.ts';

const root = path.resolve(import.meta.dirname, '../..');
const fixtures = path.join(root, 'test/fixtures/samples');

interface Expected {
  readonly labels: readonly string[];
  readonly images: readonly { file: string; top: number; probability: number; logits: readonly number[] }[];
  readonly heldout: readonly { file: string; labels: readonly number[]; boxes: readonly (readonly [number, number, number, number])[] }[];
}
const expected = JSON.parse(readFileSync(path.join(fixtures, 'expected.json'), 'utf8')) as Expected;
const model = Model.open(path.join(root, 'samples/shapes.onnx'));
afterAll(() => model.release());

/** Top-1 of torchvision's preprocessing on a PIL image and ONNX Runtime in Python, recorded by the fixtures' script. */
describe('the sample images', () => {
  it.each(expected.images)('$file is class $top', async ({ file, top, probability, logits }) => {
    const { feeds } = await readInputs(model, [path.join(root, 'samples/images', path.basename(file))]);
    const prediction = await new Explainer(model, feeds).prediction();
    const [best] = prediction.top;
    expect(best?.index).toBe(top);
    expect(best?.label).toBe(expected.labels[top]);
    expect(Math.abs((best?.probability ?? 0) - probability)).toBeLessThan(1e-3);
    for (const { index, score } of prediction.top) expect(Math.abs(score - (logits[index] ?? 0))).toBeLessThan(2e-2);
  });
});

/** The place of the maximum of an upsampled map, in input pixels. */
function peakOf(map: { width: number; height: number; data: Float32Array }, size: number): { x: number; y: number } {
  const upsampled = interpolate(
    map.data.map((v) => Math.max(0, v)),
    map,
    { width: size, height: size },
    'bilinear',
  );
  let at = 0;
  upsampled.forEach((v, i) => {
    if (v > (upsampled[at] as number)) at = i;
  });
  return { x: at % size, y: Math.floor(at / size) };
}

describe('held-out scenes', () => {
  const onePerScene = expected.heldout.filter((s) => s.labels.length === 1);
  const twoPerScene = expected.heldout.filter((s) => s.labels.length === 2);
  const inputSize = 128;

  const explainer = async (file: string): Promise<Explainer> => {
    const { feeds } = await readInputs(model, [path.join(fixtures, 'heldout', path.basename(file))]);
    return new Explainer(model, feeds);
  };

  it('are classified right at least 95 times in 100', async () => {
    let right = 0;
    for (const { file, labels } of onePerScene) if ((await (await explainer(file)).prediction()).top[0]?.index === labels[0]) right++;
    expect(onePerScene.length).toBeGreaterThanOrEqual(50);
    expect(right / onePerScene.length).toBeGreaterThanOrEqual(0.95);
  });

  it('are pointed at: the maximum of a class’s Grad-CAM lies in its object in at least 90 of 100 maps', async () => {
    const layer = model.findLayer('head.conv').output;
    let hits = 0;
    let maps = 0;
    for (const { file, labels, boxes } of twoPerScene) {
      const explain = await explainer(file);
      for (const [i, label] of labels.entries()) {
        const map = (await explain.sweep({ kind: 'class', index: label })).maps.find((m) => m.output === layer);
        const [left, top, right, bottom] = boxes[i] as readonly [number, number, number, number];
        const { x, y } = peakOf(map as NonNullable<typeof map>, inputSize);
        maps++;
        if (x >= left && x < right && y >= top && y < bottom) hits++;
      }
    }
    expect(maps).toBeGreaterThanOrEqual(100);
    expect(hits / maps).toBeGreaterThanOrEqual(0.9);
  });
});
