import { CHANNELS, isGray } from './channels.ts';
import type { RgbImage } from './image.ts';
import type { Preprocessing } from './preprocess.ts';

type Numbers = Pick<Preprocessing, 'channels' | 'layout' | 'range' | 'mean' | 'std'>;

/** Which pixel value, 0 to 255 where it is one, stands behind a value of a channel of the network's input: the inverse of `preprocess`. */
export function pixelOf(value: number, channel: number, { range: [low, high], mean, std }: Numbers): number {
  const of = (numbers: readonly number[]): number => numbers[numbers.length === 1 ? 0 : channel] as number;
  return ((value * of(std) + of(mean) - low) * 255) / (high - low);
}

/** Of 255: a value that is farther outside of what a pixel can be is none. */
const TOLERANCE = 1;

/**
 * The first example of a network's input as the picture that it stands for, rounded, and clipped to what a pixel can be.
 * @param dims [N, C, H, W] or [N, H, W, C], as `numbers.layout` says
 * @returns `inRange`: whether nothing was clipped
 */
export function pictureOfInput(
  values: ArrayLike<number>,
  dims: readonly number[],
  numbers: Numbers,
): RgbImage & { readonly inRange: boolean } {
  const [, a = 1, b = 1, c = 1] = dims;
  const planar = numbers.layout === 'NCHW';
  const [height, width, count] = planar ? [b, c, a] : [a, b, c];
  const pixels = width * height;
  const data = new Uint8ClampedArray(pixels * 4).fill(255);
  let inRange = true;
  CHANNELS[numbers.channels].forEach((byte, channel) => {
    if (byte === 3) return;
    for (let i = 0; i < pixels; i++) {
      const value = pixelOf(values[planar ? channel * pixels + i : i * count + channel] as number, channel, numbers);
      inRange &&= value > -TOLERANCE && value < 255 + TOLERANCE;
      if (isGray(numbers.channels)) data.fill(Math.round(value), i * 4, i * 4 + 3);
      else data[i * 4 + byte] = Math.round(value);
    }
  });
  return { width, height, data, inRange };
}
