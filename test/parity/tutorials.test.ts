import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReadInput, readInputs } from '../../src/app/input/readInput.ts';
import { attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { picturePng } from '../../src/app/picture/figure.ts';
import { pictureMap } from '../../src/app/picture/picture.ts';
import { pictureStyle } from '../../src/app/picture/pictureStyle.ts';
import { runJob } from '../../src/cli/jobs.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { relativeDistance } from '../tools/distance.ts';
import { PIXEL_TOLERANCE, TUTORIALS, type TutorialCase, type TutorialPicture } from '../tools/tutorials.ts';
import { temporaryFolder } from '../unit/formats/models.ts';
import { floatsOf, maxDifference, sampled } from '../unit/image/fixtures.ts';

/** Relative L2; of a delta, relative to the sum of the attribution's absolute values. */
const TOLERANCE = 1e-3;

/** Means of the sum over channels of (1, C, H, W), in blocks of size × size. */
function blockMeans({ dims, data }: Tensor<'float32'>, size: number): Float64Array {
  const [, , height = 0, width = 0] = dims;
  const across = width / size;
  const means = new Float64Array((height / size) * across);
  data.forEach((value, i) => {
    const block = Math.floor((Math.floor(i / width) % height) / size) * across + Math.floor((i % width) / size);
    means[block] = (means[block] as number) + value / size ** 2;
  });
  return means;
}

describe.each(TUTORIALS)("Captum's tutorials, from the file of a $name to numbers and pictures", ({ model: file, image, cases }) => {
  let opened: Model;
  let input: ReadInput;
  beforeAll(async () => {
    opened = Model.open(file, { threads: 1 });
    input = await readInputs(opened, [image]);
  });
  afterAll(() => opened.release());

  const expectDrawn = (png: Uint8Array, { style, every, pixels }: TutorialPicture): void =>
    expect(maxDifference(sampled(decode(png), every), Buffer.from(pixels, 'base64')), JSON.stringify(style)).toBeLessThanOrEqual(
      PIXEL_TOLERANCE,
    );

  test.each(cases.map((c) => [c.method, c.layer ?? 'the input', c.target, JSON.stringify(c.set ?? {}), c] as const))(
    '%s of %s, target %i, %s',
    async (_method, _layer, _target, _set, { values, block, delta, pictures, set = {}, ...job }) => {
      const { model, feeds } = input;
      const result = await attribute(model, { ...job, set, feeds });
      const { attribution } = result;
      expect(relativeDistance(block ? blockMeans(attribution, block) : attribution.data, floatsOf(values))).toBeLessThanOrEqual(TOLERANCE);
      if (delta !== undefined) {
        const scale = attribution.data.reduce((sum, value) => sum + Math.abs(value), 0);
        expect(Math.abs((result.delta?.[0] ?? Number.NaN) - delta)).toBeLessThanOrEqual(TOLERANCE * scale);
      }
      for (const picture of pictures) expectDrawn(picturePng(pictureMap(model, result), input, pictureStyle(picture.style)), picture);
    },
  );

  test('the file that a job writes is that picture', async () => {
    const [{ pictures, values, block, delta, set = {}, ...job }] = cases as [TutorialCase];
    for (const picture of pictures) {
      const out = path.join(temporaryFolder(), 'picture.png');
      await runJob(opened, { ...job, set, inputs: [image], out, picture: pictureStyle(picture.style) });
      expectDrawn(readFileSync(out), picture);
    }
  });
});
