import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A call of one of Captum's tutorials, as test/fixtures/tutorials/make.py writes it. */
export interface TutorialCase {
  readonly method: string;
  readonly layer?: string;
  readonly target: number;
  readonly baseline?: number;
  readonly set?: Readonly<Record<string, unknown>>;
  /** float32: the whole attribution, or the means of its sum over channels in blocks of `block` × `block`. */
  readonly values: string;
  readonly block?: number;
  readonly delta?: number;
  readonly pictures: readonly TutorialPicture[];
}

export interface TutorialPicture {
  readonly style: TutorialStyle;
  /** Red, green and blue of every so manyth pixel of every so manyth row. */
  readonly pixels: string;
  readonly every: number;
}

/** Parameters of visualize_image_attr. A type and not an interface, so that it is a record too, which a picture is asked for with. */
export type TutorialStyle = {
  readonly method: string;
  readonly sign: string;
  readonly outlier_perc?: number;
  readonly cmap?: unknown;
};

/** Of 255: how far a picture's pixels may be from Captum's. */
export const PIXEL_TOLERANCE = 2;

const TESTS = path.join(import.meta.dirname, '..');

function tutorial(name: string, image: string) {
  const file = (of: string) => path.join(TESTS, 'fixtures/tutorials', name, of);
  const cases: readonly TutorialCase[] = JSON.parse(readFileSync(file('expected.json'), 'utf8'));
  return { name, model: file('model.onnx'), image: path.join(TESTS, image), cases };
}

export const TUTORIALS = [tutorial('photo', '../samples/images/fish-and-mug.jpg'), tutorial('digit', 'fixtures/tutorials/digit/image.png')];
