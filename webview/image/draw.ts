import type { LayerMap, Picture } from '../../src/protocol/model.ts';
import type { ViewSettings } from '../../src/protocol/panel.ts';
import { COLORMAPS, colorOf, interpolate } from './primitives.ts';
import type { Size } from './viewport.ts';

export const COLORMAP_NAMES = COLORMAPS;

export type Style = Pick<ViewSettings, 'sign' | 'colormap' | 'outlierPercent'>;

/** A map in colour, and the numbers behind the colours. */
export interface Drawn {
  readonly picture: Picture;
  /** What the end of the colour scale stands for; 0 where there is nothing to show. */
  readonly scale: number;
  /** The layer's own cells, not blended. */
  readonly cells: boolean;
  /** The value drawn at a point of what the network sees, 0 to 1 per axis, under the sign. */
  valueAt(x: number, y: number): number;
}

/** A map as it is laid over what the network sees (`input`, pixels). */
export function drawMap(map: LayerMap, style: Style, upsampling: ViewSettings['upsampling'], input: Size): Drawn {
  const cells = upsampling === 'none';
  const { width, height } = cells ? map : input;
  const values = cells ? map.data : interpolate(map.data, map, input, upsampling);
  const signed = values.map((v) => underSign(v, style.sign));
  const scale = scaleOf(signed, style.outlierPercent);
  return {
    picture: { width, height, rgba: rgbaOf(signed, scale, style) },
    scale,
    cells,
    valueAt: (x, y) => signed[Math.floor(y * height) * width + Math.floor(x * width)] ?? 0,
  };
}
function underSign(v: number, sign: Style['sign']): number {
  return sign === 'positive' ? Math.max(0, v) : sign === 'negative' ? Math.max(0, -v) : sign === 'all' ? v : Math.abs(v);
}
function scaleOf(values: Float32Array, outlier: number): number {
  const sorted = values.map(Math.abs).sort();
  const total = sorted.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (const v of sorted) { sum += v; if (sum >= (total * (100 - outlier)) / 100) return outlier ? v : sorted[sorted.length - 1]!; }
  return sorted[sorted.length - 1] ?? 0;
}
function rgbaOf(values: Float32Array, scale: number, style: Style): Uint8Array {
  const rgba = new Uint8Array(values.length * 4);
  if (scale > 0) values.forEach((v, i) => rgba.set(colorOf(style.colormap, style.sign === 'all', v / scale), i * 4));
  return rgba;
}

/** The colour scale from one end to the other, a pixel high. */
export function barPixels(width: number, { sign, colormap }: Pick<Style, 'sign' | 'colormap'>): Picture {
  const values = Float32Array.from({ length: width }, (_, i) => (sign === 'all' ? (2 * i) / (width - 1) - 1 : i / (width - 1)));
  return { width, height: 1, rgba: rgbaOf(values, 1, { sign, colormap, outlierPercent: 0 }) };
}
