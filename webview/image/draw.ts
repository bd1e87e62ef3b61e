import {
  COLORMAP_NAMES,
  COLORMAPS,
  type Colormap,
  type ColormapName,
  colorIndex,
  defaultColormap,
  isColormapName,
  tableOf,
} from '../../src/image/colormap.ts';
import { inputGeometry } from '../../src/image/geometry.ts';
import type { Size } from '../../src/image/image.ts';
import { interpolate } from '../../src/image/interpolate.ts';
import { captumNormalization, type Normalization, normalizeValue } from '../../src/image/normalize.ts';
import { colorBar, type OverlayPicture, renderOverlay, type Upsampling, valueAt } from '../../src/image/overlay.ts';
import { commonRange } from '../../src/image/picturePresets.ts';
import type { LayerMap } from '../../src/protocol/model.ts';
import type { ViewSettings } from '../../src/protocol/panel.ts';
import type { Geometry } from '../../src/tensor/geometry.ts';

type Sign = ViewSettings['sign'];
export type Style = Pick<ViewSettings, 'sign' | 'colormap' | 'outlierPercent'>;

/** A map in colour, and the numbers behind the colours. */
export interface Drawn {
  /** Covers what the network sees; fully opaque values are opaque, whatever the opacity that is chosen. */
  readonly picture: OverlayPicture;
  /** Hard edges belong to it: they are not to be smoothed. */
  readonly sharp: boolean;
  /** It is drawn from values between those of the cells. */
  readonly isBlended: boolean;
  /** It hides what it lies on: it has no opacity. */
  readonly covers: boolean;
  /** The signed value drawn at a point of what the network sees, 0 to 1 per axis. */
  valueAt(x: number, y: number): number;
}

/** The panel's own way to draw a map. */
export interface DrawnOverlay extends Drawn {
  readonly normalization: Normalization;
}

/** The colormaps for a sign: those with a middle for maps of both signs, the others for the rest. */
export const colormapsFor = (sign: Sign): readonly ColormapName[] =>
  COLORMAP_NAMES.filter((name) => (COLORMAPS[name].kind === 'diverging') === (sign === 'all'));

/** The chosen colormap where it suits the sign, else the sign's default. */
export const colormapFor = ({ sign, colormap }: Pick<Style, 'sign' | 'colormap'>): ColormapName =>
  isColormapName(colormap) && colormapsFor(sign).includes(colormap) ? colormap : defaultColormap(sign);

/**
 * The scale of a map as it is drawn: Captum's, after upsampling to the network's input. A map that has nothing to show has nothing after
 * blending either, though blending may overshoot zero.
 */
function normalizationOf(map: LayerMap, { sign, outlierPercent }: Style, upsampling: Upsampling, input: Size): Normalization {
  const cells = captumNormalization(map.data, sign, outlierPercent);
  if (cells.scale === 0 || upsampling === 'none') return cells;
  return captumNormalization(interpolate(map.data, map, input, upsampling), sign, outlierPercent);
}

/**
 * A map as it is laid over what the network sees, in `size` pixels.
 * @param besides another map, for the two to be compared: both are drawn on the larger one's scale
 */
export function drawMap(
  map: LayerMap,
  style: Style,
  upsampling: Upsampling,
  geometry: Geometry,
  size: Size,
  besides?: LayerMap,
): DrawnOverlay {
  const input = inputGeometry(geometry);
  const sharp = upsampling === 'none' || upsampling === 'nearest';
  const normalizations = [map, ...(besides ? [besides] : [])].map((one) =>
    normalizationOf(one, style, upsampling, { width: geometry.inputWidth, height: geometry.inputHeight }),
  );
  const normalization = { sign: style.sign, scale: Math.max(...normalizations.map(({ scale }) => scale)) };
  return {
    picture: renderOverlay({
      map,
      normalization,
      upsampling,
      geometry,
      over: 'input',
      size,
      dim: 0,
      colormap: colormapFor(style),
      opacity: 1,
      ramp: 'value',
    }),
    normalization,
    sharp,
    isBlended: !sharp,
    covers: false,
    valueAt: (x, y) => valueAt(map, input, x * input.inputWidth, y * input.inputHeight, upsampling) ?? 0,
  };
}

/** How a map is drawn in small. */
export interface ThumbnailStyle extends Pick<Style, 'sign' | 'outlierPercent'> {
  readonly colormap: Colormap;
  /** From its lowest value to its highest, whatever their signs. */
  readonly isStretched: boolean;
}

/** A map in small, opaque: blended where it has fewer cells than `side` pixels, else cell by cell for the caller to shrink. */
export function drawThumbnail(
  map: LayerMap,
  { sign, outlierPercent, colormap, isStretched }: ThumbnailStyle,
  side: number,
): OverlayPicture {
  const few = Math.max(map.width, map.height) < side;
  const { width, height } = few ? { width: side, height: side } : map;
  const values = few ? interpolate(map.data, map, { width, height }, 'bicubic') : map.data;
  const normalization = captumNormalization(map.data, sign, outlierPercent);
  const [low, high] = commonRange([map], false);
  /** From 0, or for sign 'all' from −1, to 1. */
  const placeOf = (value: number) =>
    isStretched ? (high > low ? (2 * (value - low)) / (high - low) - 1 : -1) : normalizeValue(value, normalization);
  const table = tableOf(colormap);
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < values.length; i++) {
    const from = colorIndex(placeOf(values[i] ?? 0), sign) * 3;
    data.set([table[from] ?? 0, table[from + 1] ?? 0, table[from + 2] ?? 0, 255], i * 4);
  }
  return { width, height, data };
}

/** The colour scale from one end to the other, a pixel high. */
export const drawColorBar = (width: number, style: Pick<Style, 'sign' | 'colormap'>): OverlayPicture =>
  colorBar(width, style.sign, { colormap: colormapFor(style), opacity: 1, ramp: 'value' });
