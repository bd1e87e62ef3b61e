import { InspectumError } from '../tensor/errors.ts';
import type { Geometry } from '../tensor/geometry.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { type Background, throughAlpha, withoutAlpha } from './alpha.ts';
import { CHANNELS, type Channels, isGray, takesAlpha } from './channels.ts';
import { geometryOf } from './geometry.ts';
import { MAX_PIXELS, packedPixels, type RgbaImage, type RgbImage, type Size } from './image.ts';
import { type Interpolation, resize } from './resize.ts';

/** How an image becomes a network's input, with nothing left open (the `input` of inspectum.json). */
export interface Preprocessing {
  /** [height, width] of the network's input. */
  readonly size: readonly [number, number];
  /**
   * 'shorter-side': torchvision's Resize(resize), then CenterCrop(size), black where the picture is smaller than the crop.
   * 'squash': to `size`, aspect ignored. 'letterbox': as large as fits into `size`, the rest `pad`. 'none': as it is, of `size` already.
   */
  readonly fit: 'shorter-side' | 'squash' | 'letterbox' | 'none';
  /** Length of the shorter side before the crop; read where fit is 'shorter-side'. */
  readonly resize: number;
  readonly interpolation: Interpolation;
  readonly channels: Channels;
  readonly layout: 'NCHW' | 'NHWC';
  /** What pixel values 0 and 255 become before mean and std. */
  readonly range: readonly [number, number];
  /** One number, or one per channel in the network's order (blue first for BGR). */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Colour of a letterbox's borders, 0 to 255: gray, or red, green, blue. */
  readonly pad: readonly number[];
  /** Where a letterbox puts the picture: in the middle (the odd pixel after it), or at the top left. */
  readonly align: 'center' | 'start';
  /** What clear pixels become, before anything else, where alpha is none of the channels. */
  readonly background: Background;
}

export interface Preprocessed {
  /** [1, C, H, W] or [1, H, W, C]. */
  readonly tensor: Tensor<'float32'>;
  /** The pixels that the network sees, before range, mean and std; gray for one channel. */
  readonly seen: RgbImage;
  readonly geometry: Geometry;
}

/**
 * Makes an image a network's input, as torchvision does with a PIL image (Resize, CenterCrop, ToTensor, Normalize), to the bit.
 * @throws InspectumError 'usage' (fit 'none' and another size, counts of mean and std), 'too-large' (an image so long that its resized
 * form would pass the bound)
 */
export function preprocess(picture: RgbaImage, settings: Preprocessing): Preprocessed {
  const hasAlpha = takesAlpha(settings.channels);
  const image = hasAlpha ? picture : withoutAlpha(picture, settings.background);
  const { resized, left, top } = place(image, settings);
  const [height, width] = settings.size;
  const source = isGray(settings.channels) ? toGray(image) : image;
  const x = Math.max(0, left);
  const y = Math.max(0, top);
  const window = { x, y, width: Math.min(resized.width, left + width) - x, height: Math.min(resized.height, top + height) - y };
  const isOfSize = resized.width === image.width && resized.height === image.height;
  const whole = isOfSize && window.width === image.width && window.height === image.height;
  const interpolation = isOfSize ? 'nearest' : settings.interpolation;
  const resizing = (from: RgbImage): RgbImage => resize(from, resized, interpolation, window);
  const premultiplied = hasAlpha && interpolation !== 'nearest';
  const part = whole ? source : premultiplied ? throughAlpha(source, resizing) : resizing(source);
  const seen =
    part.width === width && part.height === height ? part : padded(part, { width, height }, x - left, y - top, padColour(settings));
  return {
    tensor: normalizePixels(seen, settings),
    seen: hasAlpha ? withoutAlpha(seen, 'drop') : seen,
    geometry: geometryOf(image, resized, { width, height }, left, top),
  };
}

interface Placement {
  readonly resized: Size;
  /** Where the input begins in the resized picture; negative: padding before it. */
  readonly left: number;
  readonly top: number;
}

function place(image: Size, { size, fit, resize: shorter, align }: Preprocessing): Placement {
  const [height, width] = size;
  switch (fit) {
    case 'squash':
      return { resized: { width, height }, left: 0, top: 0 };
    case 'none':
      if (image.width !== width || image.height !== height)
        throw new InspectumError(
          'usage',
          `The image is ${image.width}×${image.height} pixels, but the input takes ${width}×${height} and "fit" is "none": give an image of that size, or set "fit" to "shorter-side", "squash" or "letterbox".`,
        );
      return { resized: { width, height }, left: 0, top: 0 };
    case 'shorter-side': {
      const long = Math.trunc((shorter * Math.max(image.width, image.height)) / Math.min(image.width, image.height));
      if (shorter * long > MAX_PIXELS)
        throw new InspectumError(
          'too-large',
          `The image of ${image.width}×${image.height} pixels is too elongated: with its shorter side at ${shorter} it would have ${shorter * long} pixels; at most ${MAX_PIXELS} are taken. Crop it, or set "fit" to "squash" or "letterbox".`,
        );
      const resized = image.width <= image.height ? { width: shorter, height: long } : { width: long, height: shorter };
      return { resized, left: centered(resized.width, width), top: centered(resized.height, height) };
    }
    case 'letterbox': {
      const factor = Math.min(width / image.width, height / image.height);
      const side = (length: number): number => Math.max(1, roundHalfEven(length * factor));
      const resized = { width: side(image.width), height: side(image.height) };
      const before = (room: number): number => (align === 'center' ? -Math.floor(room / 2) : 0);
      return { resized, left: before(width - resized.width) || 0, top: before(height - resized.height) || 0 };
    }
  }
}

type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** Where torchvision's CenterCrop begins; negative where it pads. */
const centered = (length: number, crop: number): number =>
  length >= crop ? roundHalfEven((length - crop) / 2) : -Math.floor((crop - length) / 2) || 0;

/** Python's round. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (floor % 2) : Math.round(x);
}

/** PIL's convert('L'): ITU-R 601-2 luma in fixed point. */
const luma = (r: number, g: number, b: number): number => (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;

/** A picture in gray: red, green and blue are its luma. */
export function toGray({ width, height, data }: RgbaImage): RgbaImage {
  const gray = new Uint8Array(data.length);
  const packed = new Uint32Array(gray.buffer);
  for (let i = 0, p = 0; i < data.length; i += 4, p++)
    packed[p] = luma(data[i] as number, data[i + 1] as number, data[i + 2] as number) * 0x010101 + (data[i + 3] as number) * 0x1000000;
  return { width, height, data: gray };
}

/** Red, green, blue, alpha. */
function padColour({ fit, channels, pad }: Preprocessing): Rgba {
  if (fit !== 'letterbox') return [0, 0, 0, takesAlpha(channels) ? 0 : 255];
  const [r = 0, g = r, b = r] = pad;
  if (!isGray(channels)) return [r, g, b, 255];
  const gray = luma(r, g, b);
  return [gray, gray, gray, 255];
}

function padded(part: RgbImage, { width, height }: Size, x: number, y: number, colour: Rgba): RgbImage {
  const canvas = { width, height, data: new Uint8ClampedArray(width * height * 4) };
  const target = packedPixels(canvas);
  canvas.data.set(colour);
  target.fill(target[0] as number);
  const source = packedPixels(part);
  for (let row = 0; row < part.height; row++) target.set(source.subarray(row * part.width, (row + 1) * part.width), (y + row) * width + x);
  return canvas;
}

/** Pixels as the network takes them, [1, C, H, W] or [1, H, W, C]: range, mean and std of `settings`. */
export function normalizePixels({ width, height, data }: RgbaImage, settings: Preprocessing): Tensor<'float32'> {
  const order: readonly number[] = CHANNELS[settings.channels];
  const tables = order.map((_, channel) => valueTable(settings, channel, order.length));
  const pixels = width * height;
  const planar = settings.layout === 'NCHW';
  const values = new Float32Array(order.length * pixels);
  order.forEach((from, channel) => {
    const table = tables[channel] as Float32Array;
    const step = planar ? 1 : order.length;
    let to = planar ? channel * pixels : channel;
    for (let i = 0; i < pixels; i++, to += step) values[to] = table[data[i * 4 + from] as number] as number;
  });
  return tensor('float32', planar ? [1, order.length, height, width] : [1, height, width, order.length], values);
}

/** What each of the 256 pixel values becomes in one channel, with the roundings of torch's float32 arithmetic. */
function valueTable({ range, mean, std, channels }: Preprocessing, channel: number, count: number): Float32Array {
  const of = (name: string, numbers: readonly number[]): number => {
    if (numbers.length !== 1 && numbers.length !== count)
      throw new InspectumError(
        'usage',
        `"${name}" of the input has ${numbers.length} numbers, but ${channels} has ${count} channel${count === 1 ? '' : 's'}: give one number, or one per channel.`,
      );
    return Math.fround(numbers[numbers.length === 1 ? 0 : channel] as number);
  };
  const center = of('mean', mean);
  const spread = of('std', std);
  const [low, high] = range;
  return Float32Array.from({ length: 256 }, (_, value) => {
    const x = Math.fround(low + (value * (high - low)) / 255);
    return Math.fround(x - center) / spread;
  });
}
