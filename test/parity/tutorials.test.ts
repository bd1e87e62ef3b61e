import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReadInput, readInputs } from '../../src/app/input/readInput.ts';
import { attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { picturePng } from '../../src/app/picture/figure.ts';
import { pictureMap } from '../../src/app/picture/picture.ts';
import { type PictureSpec, pictureStyle } from '../../src/app/picture/pictureStyle.ts';
import { runJob } from '../../src/cli/jobs.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { relativeDistance } from '../tools/distance.ts';
import { temporaryFolder } from '../unit/formats/models.ts';
import { floatsOf, maxDifference, sampled } from '../unit/image/fixtures.ts';

/** What test/fixtures/tutorials/make.py writes. */
interface Case {
  readonly method: string;
  readonly layer?: string;
  readonly target: number;
  readonly baseline?: number;
  readonly set?: Readonly<Record<string, unknown>>;
  /** float32: the whole attribution, or the means of its sum over channels in blocks of `block` × `block`. */
  readonly values: string;
  readonly block?: number;
  readonly delta?: number;
  readonly pictures: readonly Picture[];
}

interface Picture {
  readonly style: PictureSpec;
  /** Red, green and blue of every so manyth pixel of every so manyth row. */
  readonly pixels: string;
  readonly every: number;
}

const ROOT = path.join(import.meta.dirname, '../..');
const FIXTURES = path.join(ROOT, 'test/fixtures/tutorials');
/** Relative L2; of a delta, relative to the sum of the attribution's absolute values. */
const TOLERANCE = 1e-3;
/** Of 255. */
const PIXEL_TOLERANCE = 2;

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

describe.each([
  ['photo', path.join(ROOT, 'samples/images/fish-and-mug.jpg')],
  ['digit', path.join(FIXTURES, 'digit/image.png')],
])("Captum's tutorials, from the file of a %s to numbers and pictures", (network, image) => {
  const cases: readonly Case[] = JSON.parse(readFileSync(path.join(FIXTURES, network, 'expected.json'), 'utf8'));
  let opened: Model;
  let input: ReadInput;
  beforeAll(async () => {
    opened = Model.open(path.join(FIXTURES, network, 'model.onnx'), { threads: 1 });
    input = await readInputs(opened, [image]);
  });
  afterAll(() => opened.release());

  const expectDrawn = (png: Uint8Array, { style, every, pixels }: Picture): void =>
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
    const [{ pictures, values, block, delta, set = {}, ...job }] = cases as [Case];
    for (const picture of pictures) {
      const out = path.join(temporaryFolder(), 'picture.png');
      await runJob(opened, { ...job, set, inputs: [image], out, picture: pictureStyle(picture.style) });
      expectDrawn(readFileSync(out), picture);
    }
  });
});
