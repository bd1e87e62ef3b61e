import { packedPixels, type RgbaImage } from '../image.ts';
import type { Orientation } from './exif.ts';

/** Per orientation: where the upright picture's first pixel lies in the stored one, and the steps to its right and lower neighbour. */
const WALKS: Readonly<Record<Orientation, (w: number, h: number) => readonly [start: number, right: number, down: number]>> = {
  1: (w) => [0, 1, w],
  2: (w) => [w - 1, -1, w],
  3: (w, h) => [w * h - 1, -1, -w],
  4: (w, h) => [(h - 1) * w, 1, -w],
  5: (w) => [0, w, 1],
  6: (w, h) => [(h - 1) * w, -w, 1],
  7: (w, h) => [w * h - 1, -w, -1],
  8: (w) => [w - 1, w, -1],
};

/** The picture turned and mirrored as its EXIF orientation says (PIL's ImageOps.exif_transpose). */
export function upright(image: RgbaImage, orientation: Orientation): RgbaImage {
  if (orientation === 1) return image;
  const turned = orientation >= 5;
  const width = turned ? image.height : image.width;
  const height = turned ? image.width : image.height;
  const [start, right, down] = WALKS[orientation](image.width, image.height);
  const source = packedPixels(image);
  const target = new Uint32Array(width * height);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = start + y * down;
    for (let x = 0; x < width; x++, from += right) target[to++] = source[from] as number;
  }
  return { width, height, data: new Uint8Array(target.buffer) };
}
