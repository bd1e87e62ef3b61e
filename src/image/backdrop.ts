import type { Geometry } from '../tensor/geometry.ts';
import type { RgbImage, Size } from './image.ts';
import { toGray } from './preprocess.ts';

/** How bright an image is under a map that has a value for every pixel. */
const BRIGHTNESS = 0.4;

/**
 * Whether a map has a value for every pixel that the network sees. Such maps are thin points and lines, which drown in a photo's colours and
 * highlights: they are laid over `subdued`.
 */
export const isOfEveryPixel = (map: Size, { inputWidth, inputHeight }: Geometry): boolean =>
  map.width === inputWidth && map.height === inputHeight;

/** An image in gray, as PIL's convert('L') has it, and dark. */
export function subdued(image: RgbImage): RgbImage {
  const gray = toGray(image);
  const data = new Uint8Array(gray.data);
  for (let i = 0; i < data.length; i++) if (i % 4 !== 3) data[i] = Math.round((data[i] as number) * BRIGHTNESS);
  return { ...gray, data };
}
