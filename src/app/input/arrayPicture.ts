import { CHANNELS, isGray } from '../../image/channels.ts';
import { pictureOfInput } from '../../image/denormalize.ts';
import { geometryOf } from '../../image/geometry.ts';
import type { RgbImage } from '../../image/image.ts';
import type { InputImage } from '../../protocol/model.ts';
import { type Tensor, toFloat32, toNumbers } from '../../tensor/tensor.ts';
import type { ResolvedInput } from './convention.ts';

/** An array that was fed to an image input, made visible: as the pixels that its values stand for, or from black to white where they are none. */
export function arrayPicture(file: string, array: Tensor, input: ResolvedInput): InputImage {
  const pixels = pictureOfInput(toFloat32(array).data, array.dims, input.preprocessing);
  const stretched = pixels.inRange ? undefined : stretchedPicture(array, input);
  const { width, height, data } = stretched ?? pixels;
  const picture = { width, height, rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  return {
    name: file,
    original: picture,
    network: picture,
    geometry: geometryOf(picture, picture, picture, 0, 0),
    hasAlpha: false,
    array: `An array of ${array.dims.join('×')}, fed as it is. ${
      stretched
        ? `Its values from ${rounded(stretched.low)} to ${rounded(stretched.high)} are shown from black to white.`
        : `It is shown as the pixels that its values stand for (${input.name}).`
    }`,
  };
}

/** The first example of an image input from black at its lowest value to white at its highest. */
export function stretchedPicture(
  array: Tensor,
  { layout, channels }: Pick<ResolvedInput, 'layout' | 'channels'>,
): RgbImage & { readonly low: number; readonly high: number } {
  const values = toNumbers(array);
  const [, a = 1, b = 1, c = 1] = array.dims;
  const [height, width] = layout === 'NCHW' ? [b, c] : [a, b];
  const count = layout === 'NCHW' ? a : c;
  const pixels = height * width;
  const at = (pixel: number, channel: number): number =>
    values[layout === 'NCHW' ? channel * pixels + pixel : pixel * count + channel] as number;
  const [low, high] = rangeOf(values.subarray(0, count * pixels));
  const scale = high > low ? 255 / (high - low) : 0;
  const data = new Uint8Array(pixels * 4).fill(255);
  const order: readonly number[] = CHANNELS[channels].filter((byte) => byte < 3);
  for (let pixel = 0; pixel < pixels; pixel++)
    order.forEach((byte, channel) => {
      const value = Math.round((at(pixel, channel) - low) * scale);
      if (isGray(channels)) data.fill(value, pixel * 4, pixel * 4 + 3);
      else data[pixel * 4 + byte] = value;
    });
  return { width, height, data, low, high };
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
