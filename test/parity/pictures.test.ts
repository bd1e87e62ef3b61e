import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Model } from '../../src/app/model.ts';
import { type PictureSpec, pictureStyle } from '../../src/app/picture/pictureStyle.ts';
import { runJob } from '../../src/cli/jobs.ts';
import { temporaryFolder } from '../unit/formats/models.ts';
import { maxDifference, rgbOf } from '../unit/image/fixtures.ts';

/** What test/fixtures/pictures/make.py writes. */
interface Case {
  readonly network: 'photos' | 'digits';
  readonly method: string;
  readonly layer?: string;
  readonly target: number;
  readonly baseline?: number;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly picture: PictureSpec;
  /** Red, green and blue of every pixel. */
  readonly pixels: string;
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures/pictures');
const cases: readonly Case[] = JSON.parse(readFileSync(path.join(FIXTURES, 'expected.json'), 'utf8'));
/** Of 255. */
const TOLERANCE = 2;

describe.each(['photos', 'digits'] as const)('%s: an image file becomes the picture that Captum draws of it', (network) => {
  const folder = path.join(FIXTURES, network);
  let model: Model;
  beforeAll(() => {
    model = Model.open(path.join(folder, 'model.onnx'), { threads: 1 });
  });
  afterAll(() => model.release());

  test.each(
    cases.filter((c) => c.network === network).map((c) => [c.method, JSON.stringify(c.picture), JSON.stringify(c.set ?? {}), c] as const),
  )('%s as %s, %s', async (_method, _picture, _set, { network: _, pixels, picture, set = {}, ...job }) => {
    const out = path.join(temporaryFolder(), 'picture.png');
    await runJob(model, { ...job, set, inputs: [path.join(folder, 'image.png')], out, picture: pictureStyle(picture) });
    expect(maxDifference(rgbOf(decode(readFileSync(out))), Buffer.from(pixels, 'base64'))).toBeLessThanOrEqual(TOLERANCE);
  });
});
