import { InspectumError } from '../tensor/errors.ts';
import { drawFigure } from './captum/figure.ts';
import { hasHeatMap, type ImageArray, normalizationOf } from './captum/visualize.ts';
import { type Channels, isGray } from './channels.ts';
import type { RgbImage, Size } from './image.ts';
import { type Grid, interpolate } from './interpolate.ts';
import type { OverlayPicture } from './overlay.ts';
import { commonRange, minMaxJet } from './picturePresets.ts';
import type { SeenStyle } from './pictureStyle.ts';

/** What the network sees, as pixels. */
export interface SeenImage extends RgbImage {
  /** The network takes one channel, and all three colours hold it. */
  readonly isGray: boolean;
}

/**
 * What the network sees, from its pixels.
 * @param channels what the network takes; undefined where that is not known
 */
export const seenImage = ({ width, height, rgba }: Size & { readonly rgba: Uint8Array }, channels: Channels | undefined): SeenImage => ({
  width,
  height,
  data: rgba,
  isGray: channels !== undefined && isGray(channels),
});

/** A map in the size of the image, or its own without one, as a style brings it there. */
export function largeMap(map: Grid, image: RgbImage | undefined, style: SeenStyle): Grid {
  const { width, height } = image ?? map;
  if (map.width === width && map.height === height) return map;
  return { width, height, data: interpolate(map.data, map, { width, height }, style.kind === 'preset' ? 'bilinear' : style.interpolation) };
}

/** Why a style cannot do without an image, in a sentence; undefined where it can. */
export function needOf(style: SeenStyle): string | undefined {
  if (style.kind === 'preset') return `The picture ${style.name} lies over the image, but no image was given: choose heat_map.`;
  const needing = style.parts.find(({ method }) => method !== 'heat_map')?.method;
  return needing && `${needing} ${hasHeatMap(needing) ? 'lies' : 'is drawn'} over the image, but no image was given: choose heat_map.`;
}

/** Whether the classic picture leaves out what is negative. */
const hasRelu = ({ name }: Extract<SeenStyle, { kind: 'preset' }>): boolean => name === 'grad-cam-paper';

/** A style that draws maps of the same image on one scale, the largest of their own ones, so that their pictures can be compared. */
export function onOneScale(style: SeenStyle, maps: readonly Grid[], image: RgbImage | undefined): SeenStyle {
  if (style.kind === 'preset') return { ...style, range: commonRange(maps, hasRelu(style)) };
  const large = maps.map((map) => largeMap(map, image, style));
  const parts = style.parts.map((part) => ({ ...part, scale: Math.max(...large.map((map) => normalizationOf(map, part).scale)) }));
  return { ...style, parts };
}

/**
 * A map over what the network sees, as the command line's `--picture` and the panel have it: the same pixels.
 * @param map signed, summed over channels, at its own resolution
 * @throws InspectumError 'usage' where `needOf` says so
 */
export function drawPicture(map: Grid, image: SeenImage | undefined, style: SeenStyle): OverlayPicture {
  const need = image ? undefined : needOf(style);
  if (need) throw new InspectumError('usage', need);
  if (style.kind === 'preset') return minMaxJet(map, image as SeenImage, { ...style, relu: hasRelu(style) });
  return drawFigure(largeMap(map, image, style), image && imageArray(image), style.parts, style);
}

function imageArray({ width, height, data, isGray }: SeenImage): ImageArray {
  const channels = isGray ? 1 : 3;
  const values = new Uint8Array(width * height * channels);
  for (let from = 0, to = 0; from < data.length; from += 4) for (let c = 0; c < channels; c++) values[to++] = data[from + c] as number;
  return { width, height, channels, data: values };
}
