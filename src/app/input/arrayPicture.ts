import { CHANNELS, isGray } from '../../image/channels.ts';
import { geometryOf } from '../../image/geometry.ts';
import type { InputImage } from '../../protocol/model.ts';
import { type Tensor, toNumbers } from '../../tensor/tensor.ts';
import type { ResolvedInput } from './convention.ts';

/** An array that was fed to an image input, made visible: its lowest value is black, its highest white. */
export function arrayPicture(file: string, array: Tensor, { layout, channels }: Pick<ResolvedInput, 'layout' | 'channels'>): InputImage {
  const values = toNumbers(array);
  const [, a = 1, b = 1, c = 1] = array.dims;
  const [height, width] = layout === 'NCHW' ? [b, c] : [a, b];
  const count = layout === 'NCHW' ? a : c;
  const pixels = height * width;
  const at = (pixel: number, channel: number): number =>
    values[layout === 'NCHW' ? channel * pixels + pixel : pixel * count + channel] as number;
  const [low, high] = rangeOf(values.subarray(0, count * pixels));
  const scale = high > low ? 255 / (high - low) : 0;
  const rgba = new Uint8Array(pixels * 4).fill(255);
  const order: readonly number[] = CHANNELS[channels].filter((byte) => byte < 3);
  for (let pixel = 0; pixel < pixels; pixel++)
    order.forEach((byte, channel) => {
      const value = Math.round((at(pixel, channel) - low) * scale);
      if (isGray(channels)) rgba.fill(value, pixel * 4, pixel * 4 + 3);
      else rgba[pixel * 4 + byte] = value;
    });
  const picture = { width, height, rgba };
  return {
    name: file,
    original: picture,
    network: picture,
    geometry: geometryOf(picture, picture, picture, 0, 0),
    hasAlpha: false,
    array: `An array of ${array.dims.join('×')}, fed as it is. Its values from ${rounded(low)} to ${rounded(high)} are shown from black to white.`,
  };
}

const rounded = (value: number): number => Number(value.toPrecision(3));

function rangeOf(values: Float64Array): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}
