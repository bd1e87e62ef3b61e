import { blend, heatMapOf } from './captum/visualize.ts';
import type { RgbaImage } from './image.ts';
import { type Grid, interpolate } from './interpolate.ts';
import type { OverlayPicture } from './overlay.ts';

export interface PicturePreset {
  readonly label: string;
  readonly doc: string;
  /** What a person cannot see in it, in a sentence. */
  readonly hides?: string;
}

/** Ways to lay a map over an image that people know, by name; the default first. */
export const PICTURE_PRESETS = {
  perceptual: {
    label: 'Default',
    doc: 'Positive evidence in a perceptually uniform colormap over the photo, the more opaque the stronger; what the network does not see is dimmed. A map with a value for every pixel lies over the photo in dark gray.',
  },
  'grad-cam-paper': {
    label: 'Grad-CAM paper (JET)',
    doc: 'As in Selvaraju et al. 2017: positive evidence, stretched from its lowest value to its highest, in JET, half over what the network sees.',
    hides:
      'Stretched to its own range: a map with hardly any evidence is as colourful as one with much. Evidence against the target is left out.',
  },
  'signed-min-max-jet': {
    label: "Tutorials' signed min-max JET",
    doc: 'As popular tutorials have it: evidence for and against, stretched from its lowest value to its highest, in JET, half over what the network sees.',
    hides:
      'Blue is the lowest value and red the highest, whatever their signs: no colour stands for zero, so that evidence against the target cannot be told from none, nor either from evidence for it.',
  },
} as const satisfies Readonly<Record<string, PicturePreset>>;

export type PicturePresetName = keyof typeof PICTURE_PRESETS;

export const isPicturePreset = (name: string): name is PicturePresetName => Object.hasOwn(PICTURE_PRESETS, name);

/** How opaque the classic pictures are. */
const HALF = 0.5;

export interface MinMaxOptions {
  readonly relu: boolean;
  /** What is stretched, where pictures share it; undefined: the map's own range. */
  readonly range?: Range;
}

/** The lowest and the highest value that colours stand for. */
export type Range = readonly [low: number, high: number];

const valuesOf = ({ data }: Grid, relu: boolean): Float32Array => (relu ? data.map((v) => Math.max(0, v)) : data);

const lowestAndHighest = (values: Float32Array): Range => [
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
];

/** The range of several maps together, as the classic picture stretches it. */
export function commonRange(maps: readonly Grid[], relu: boolean): Range {
  const ranges = maps.map((map) => lowestAndHighest(valuesOf(map, relu)));
  return [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];
}

/**
 * The classic picture of a map: its values, or only the positive ones, from 0 at the lowest to 1 at the highest, brought to the image's size
 * (bilinear), in JET, half over the image. A map that is the same everywhere is 0.
 * @param map at its own resolution, signed
 */
export function minMaxJet(map: Grid, image: RgbaImage, { relu, range }: MinMaxOptions): OverlayPicture {
  const values = valuesOf(map, relu);
  const [low, high] = range ?? lowestAndHighest(values);
  const scale = high > low ? 1 / (high - low) : 0;
  const large = interpolate(
    values.map((v) => (v - low) * scale),
    map,
    image,
    'bilinear',
  );
  const heat = heatMapOf(large, { sign: 'positive', colormap: 'jet' });
  return { width: image.width, height: image.height, data: blend(Uint8ClampedArray.from(image.data), heat, HALF) };
}
