import { type Colormap, colorIndex, tableOf } from '../colormap.ts';
import type { RgbaImage, Size } from '../image.ts';
import type { Grid } from '../interpolate.ts';
import { captumNormalization, type Normalization, normalizeValues, type Sign } from '../normalize.ts';

/** Captum's ImageVisualizationMethod. */
export const VISUALIZATIONS = ['heat_map', 'blended_heat_map', 'original_image', 'masked_image', 'alpha_scaling'] as const;
export type Visualization = (typeof VISUALIZATIONS)[number];

/** Captum's VisualizeSign, its default first. */
export const VISUALIZED_SIGNS = ['absolute_value', 'positive', 'negative', 'all'] as const satisfies readonly Sign[];

/** An image as Captum takes it: height × width × channels, from 0 to 1 where no value is above 1, else from 0 to 255. */
export interface ImageArray extends Size {
  readonly channels: 1 | 3;
  readonly data: ArrayLike<number>;
}

export interface VisualizeOptions {
  readonly method: Visualization;
  readonly sign: Sign;
  /** 0 to 100. */
  readonly outlierPercent: number;
  /** Undefined: Captum's default for the sign. */
  readonly colormap?: Colormap;
  /** 0 to 1: how opaque the heat map is in a blended one. */
  readonly alphaOverlay: number;
  /** What the end of the scale stands for, where pictures share one; undefined: Captum's, of the attribution itself. */
  readonly scale?: number;
}

const DEFAULT_COLORMAPS = { absolute_value: 'Blues', positive: 'Greens', negative: 'Reds', all: 'RdWhGn' } as const satisfies Record<
  Sign,
  Colormap
>;

export const colormapFor = ({ sign, colormap }: Pick<VisualizeOptions, 'sign' | 'colormap'>): Colormap =>
  colormap ?? DEFAULT_COLORMAPS[sign];

/** Whether a method shows a heat map, and so has a colour bar. */
export const hasHeatMap = (method: Visualization): boolean => method === 'heat_map' || method === 'blended_heat_map';

/** Why a method cannot show a sign, in a sentence; undefined where it can. */
export const refusalOf = ({ method, sign }: Pick<VisualizeOptions, 'method' | 'sign'>): string | undefined =>
  sign === 'all' && (method === 'masked_image' || method === 'alpha_scaling')
    ? `${method} shows how strong an attribution is, not its sign, so it cannot show positive and negative ones together: choose the sign positive, negative or absolute_value.`
    : undefined;

/** How the values of an attribution become those of the scale. */
export const normalizationOf = (
  { data }: Grid,
  { sign, outlierPercent, scale }: Pick<VisualizeOptions, 'sign' | 'outlierPercent' | 'scale'>,
): Normalization => (scale === undefined ? captumNormalization(data, sign, outlierPercent) : { sign, scale });

/**
 * The picture that captum.attr.visualization.visualize_image_attr draws, without its frame. Where no value has the sign, all of them are 0
 * on the scale (Captum refuses).
 * @param attribution summed over channels
 * @param image of the same size; only heat_map does without
 * @returns only alpha_scaling has pixels that are not opaque
 * @throws RangeError for another size, a missing image, and what `refusalOf` tells
 */
export function visualize(attribution: Grid, image: ImageArray | undefined, options: VisualizeOptions): RgbaImage {
  const refusal = refusalOf(options);
  if (refusal) throw new RangeError(refusal);
  const { width, height } = attribution;
  const values = normalizeValues(attribution.data, normalizationOf(attribution, options));
  if (options.method === 'heat_map') return { width, height, data: heatMapOf(values, options) };
  if (!image || image.width !== width || image.height !== height)
    throw new RangeError(`${options.method} needs the image, in the attribution's size of ${width}×${height}`);
  return { width, height, data: OVER_IMAGE[options.method](values, scaled(image), options) };
}

type Pixels = Uint8ClampedArray<ArrayBuffer>;
type Drawing = (values: Float32Array, image: ImageArray, options: VisualizeOptions) => Pixels;

const OVER_IMAGE: Readonly<Record<Exclude<Visualization, 'heat_map'>, Drawing>> = {
  original_image: (_values, image) => shown(image),
  blended_heat_map: (values, image, options) => blend(grayOf(image), heatMapOf(values, options), options.alphaOverlay),
  masked_image: (values, image) => {
    const data = new Float64Array(image.data.length);
    for (let i = 0; i < data.length; i++)
      data[i] = clippedByte((image.data[i] as number) * (values[Math.floor(i / image.channels)] as number));
    return shown({ ...image, data });
  },
  alpha_scaling: (values, image) => {
    const pixels = image.channels === 1 ? repeated(image) : shown(image);
    values.forEach((value, i) => {
      pixels[i * 4 + 3] = clippedByte(value * 255);
    });
    return pixels;
  },
};

/** Captum's _prepare_image. */
const clippedByte = (value: number): number => Math.min(255, Math.max(0, Math.trunc(value)));

/** An image of values up to 1 in bytes; any other as it is. */
function scaled(image: ImageArray): ImageArray {
  for (let i = 0; i < image.data.length; i++) if ((image.data[i] as number) > 1) return image;
  return { ...image, data: Float64Array.from(image.data, (v) => clippedByte(v * 255)) };
}

/** Normalised values in the colours of a colormap. */
export function heatMapOf(values: Float32Array, options: Pick<VisualizeOptions, 'sign' | 'colormap'>): Pixels {
  const table = tableOf(colormapFor(options));
  return coloured(values.length, (i) => colorIndex(values[i] as number, options.sign), table);
}

function coloured(count: number, indexAt: (i: number) => number, table: Uint8Array): Pixels {
  const pixels = new Uint8ClampedArray(count * 4).fill(255);
  for (let i = 0; i < count; i++) {
    const at = indexAt(i) * 3;
    for (let c = 0; c < 3; c++) pixels[i * 4 + c] = table[at + c] as number;
  }
  return pixels;
}

/** As imshow shows an array: colours as they are, one channel in matplotlib's own colormap from its lowest value to its highest. */
function shown(image: ImageArray): Pixels {
  const { channels, data, width, height } = image;
  if (channels === 1) return stretched(Float64Array.from(data), tableOf('viridis'));
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0, p = 0; p < pixels.length; i += 3, p += 4) for (let c = 0; c < 3; c++) pixels[p + c] = data[i + c] as number;
  return pixels;
}

function repeated({ data }: ImageArray): Pixels {
  return Uint8ClampedArray.from({ length: data.length * 4 }, (_, i) => (i % 4 === 3 ? 255 : (data[i >> 2] as number)));
}

const GRAY = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));

/** The mean of the channels from black to white: stretched, as imshow does where it is told no limits. */
function grayOf({ channels, data }: ImageArray): Pixels {
  const means = Float64Array.from({ length: data.length / channels }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += data[i * channels + c] as number;
    return sum / channels;
  });
  return stretched(means, GRAY);
}

function stretched(values: Float64Array, table: Uint8Array): Pixels {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = high > low ? 1 / (high - low) : 0;
  return coloured(values.length, (i) => colorIndex(((values[i] as number) - low) * scale, 'positive'), table);
}

/** `over`, `alpha` opaque, over opaque pixels. */
export function blend(under: Pixels, over: Pixels, alpha: number): Pixels {
  const pixels = new Uint8ClampedArray(under.length).fill(255);
  for (let i = 0; i < pixels.length; i += 4)
    for (let c = i; c < i + 3; c++) pixels[c] = (under[c] as number) * (1 - alpha) + (over[c] as number) * alpha;
  return pixels;
}
