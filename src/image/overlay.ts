import type { Geometry } from '../tensor/geometry.ts';
import { type Colormap, colorIndex, tableOf } from './colormap.ts';
import { inputGeometry, toInput } from './geometry.ts';
import type { RgbImage, Size } from './image.ts';
import { type AxisTaps, blendTaps, type Grid, type InterpolateMode, indexTaps, sampleGrid } from './interpolate.ts';
import { type Normalization, normalizeValue, type Sign } from './normalize.ts';

/** 'none': the layer's own cells; the others as F.interpolate brings a map to the network's input. */
export type Upsampling = 'none' | InterpolateMode;

/** 'value': the larger the value, the more opaque, clear at 0. 'uniform': the same everywhere, as the classic pictures have it. */
type Ramp = 'value' | 'uniform';

/** The size of a normalised value from which on the ramp 'value' is fully opaque. */
const OPAQUE_FROM = 0.55;

export interface OverlayStyle {
  readonly colormap: Colormap;
  /** 0 to 1: of a fully opaque value. */
  readonly opacity: number;
  readonly ramp: Ramp;
}

export interface OverlayOptions extends OverlayStyle {
  /** The layer's map, signed, at its own resolution. Upsampling comes first, the sign after it, as in Captum. */
  readonly map: Grid;
  readonly normalization: Normalization;
  readonly upsampling: Upsampling;
  readonly geometry: Geometry;
  /** What the overlay lies on: the whole upright image, or the network's input. */
  readonly over: 'original' | 'input';
  /** Pixels of the result; it covers the whole of what it lies on. */
  readonly size: Size;
  /** 0 to 1: how much what the network does not see is darkened. */
  readonly dim: number;
}

/** RGBA pixels (not premultiplied), as a canvas's ImageData takes them. */
export interface OverlayPicture extends Size {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * Draws a map in colour, to be laid over the image (or the network's input) shown at `size`. Where the normalisation has nothing to
 * show, the overlay is clear: never stretched.
 */
export function renderOverlay({ map, normalization, upsampling, geometry, over, size, dim, ...style }: OverlayOptions): OverlayPicture {
  const view = over === 'original' ? geometry : inputGeometry(geometry);
  const columns = seenSpan(size.width, view.imageWidth, view.scaleX, view.offsetX, view.inputWidth);
  const rows = seenSpan(size.height, view.imageHeight, view.scaleY, view.offsetY, view.inputHeight);
  const pixels = new Uint32Array(size.width * size.height);
  const outside = alphaByte(dim) << 24;
  if (outside !== 0) pixels.fill(outside);
  const values = sampleGrid(
    map,
    viewTaps(columns.positions, map.width, view.inputWidth, upsampling),
    viewTaps(rows.positions, map.height, view.inputHeight, upsampling),
  );
  const { colors, perValue } = colorScale(normalization, style);
  const across = columns.positions.length;
  for (let y = 0, from = 0; y < rows.positions.length; y++) {
    const to = (rows.first + y) * size.width + columns.first;
    for (let x = 0; x < across; x++) {
      const step = (values[from++] as number) * perValue;
      const index = step >= STEPS ? 2 * STEPS : step > -STEPS ? Math.floor(step) + STEPS : step <= -STEPS ? 0 : STEPS;
      pixels[to + x] = colors[index] as number;
    }
  }
  return { ...size, data: new Uint8ClampedArray(pixels.buffer) };
}

/**
 * The colour scale as the overlay draws it, one pixel high: from 0 to 1, for sign 'all' from −1 to 1.
 * @param width pixels, 2 or more
 */
export function colorBar(width: number, sign: Sign, style: OverlayStyle): OverlayPicture {
  const paint = painter({ sign: sign === 'all' ? 'all' : 'positive', scale: 1 }, style);
  const pixels = Uint32Array.from({ length: width }, (_, i) => paint(sign === 'all' ? (2 * i) / (width - 1) - 1 : i / (width - 1)));
  return { width, height: 1, data: new Uint8ClampedArray(pixels.buffer) };
}

/**
 * The map's signed value at a point of the upright image (pixels): that of the layer's cell, or the interpolated one.
 * @returns undefined where the network does not see
 */
export function valueAt(map: Grid, geometry: Geometry, x: number, y: number, upsampling: Upsampling): number | undefined {
  const at = toInput(geometry, x, y);
  const inside = at.x >= 0 && at.x < geometry.inputWidth && at.y >= 0 && at.y < geometry.inputHeight;
  const onImage = x >= 0 && x < geometry.imageWidth && y >= 0 && y < geometry.imageHeight;
  if (!inside || !onImage) return undefined;
  const columns = viewTaps(Float64Array.of(at.x), map.width, geometry.inputWidth, upsampling);
  const rows = viewTaps(Float64Array.of(at.y), map.height, geometry.inputHeight, upsampling);
  return sampleGrid(map, columns, rows)[0];
}

/** The pixels of one axis of the view whose middle the network sees, and where in its input they lie. */
function seenSpan(shown: number, imageSide: number, scale: number, offset: number, inputSide: number) {
  const inputOf = (pixel: number): number => ((pixel + 0.5) * imageSide * scale) / shown + offset;
  let first = 0;
  while (first < shown && inputOf(first) < 0) first++;
  let end = first;
  while (end < shown && inputOf(end) < inputSide) end++;
  return { first, positions: Float64Array.from({ length: end - first }, (_, i) => inputOf(first + i)) };
}

/** Taps of a map of `cells` at positions of the network's input, continuous in its pixels; in the middle of each pixel as F.interpolate. */
function viewTaps(positions: Float64Array, cells: number, inputSide: number, upsampling: Upsampling): AxisTaps {
  const ratio = cells / inputSide;
  if (upsampling === 'bilinear' || upsampling === 'bicubic')
    return blendTaps(
      positions.map((p) => p * ratio - 0.5),
      cells,
      upsampling,
    );
  const pixel = upsampling === 'nearest' ? Math.floor : (p: number): number => p;
  return indexTaps(Int32Array.from(positions, (p) => Math.min(cells - 1, Math.floor(pixel(p) * ratio))));
}

const alphaByte = (alpha: number): number => Math.round(Math.min(1, Math.max(0, alpha)) * 255);

/** Steps of colour and opacity from 0 to either end of a normalisation; a multiple of 256, so that the borders of colours lie on steps. */
const STEPS = 4096;

/**
 * The pixels of all values from −scale to scale, 2 · STEPS + 1 steps in all, `perValue` steps per 1. A step is drawn
 * as its end that comes first on the colour scale: the lower one, but where a sign shows sizes the one that is nearer to 0.
 */
function colorScale(normalization: Normalization, style: OverlayStyle): { colors: Uint32Array; perValue: number } {
  const { sign, scale } = normalization;
  const paint = painter(normalization, style);
  const colors = Uint32Array.from({ length: 2 * STEPS + 1 }, (_, i) => {
    const nearer = sign !== 'all' && i > 0 && i < STEPS ? 1 : 0;
    return paint(((i + nearer - STEPS) / STEPS) * scale);
  });
  return { colors, perValue: scale === 0 ? 0 : STEPS / scale };
}

/** From a map's value to a pixel: alpha, blue, green, red from the highest byte down. */
function painter(normalization: Normalization, { colormap, opacity, ramp }: OverlayStyle): (value: number) => number {
  if (normalization.scale === 0) return () => 0;
  const table = tableOf(colormap);
  const colors = Int32Array.from({ length: 256 }, (_, i) => rgbInteger(table, i * 3));
  const { sign } = normalization;
  const full = alphaByte(opacity);
  return (value) => {
    const v = normalizeValue(value, normalization);
    const alpha = ramp === 'uniform' ? full : Math.round(Math.min(1, Math.abs(v) / OPAQUE_FROM) * full);
    return alpha === 0 ? 0 : (colors[colorIndex(v, sign)] as number) | (alpha << 24);
  };
}

const rgbInteger = (table: Uint8Array, at: number): number =>
  (table[at] as number) | ((table[at + 1] as number) << 8) | ((table[at + 2] as number) << 16);

/** An overlay laid over an opaque picture of the same size (source-over). */
export function composite(base: RgbImage, overlay: OverlayPicture): RgbImage {
  if (base.width !== overlay.width || base.height !== overlay.height)
    throw new RangeError(`an overlay of ${overlay.width}×${overlay.height} does not cover a picture of ${base.width}×${base.height}`);
  const data = new Uint8ClampedArray(base.data);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = (overlay.data[i + 3] as number) / 255;
    if (alpha === 0) continue;
    for (let c = i; c < i + 3; c++) data[c] = (data[c] as number) * (1 - alpha) + (overlay.data[c] as number) * alpha;
  }
  return { width: base.width, height: base.height, data };
}
