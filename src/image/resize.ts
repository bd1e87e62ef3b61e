import type { Rect, RgbImage, Size } from './image.ts';
import { packedPixels } from './image.ts';

/** The filters of PIL's resize that are offered. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic';

interface Filter {
  /** Half its width, in pixels of the coarser of the two pictures. */
  readonly support: number;
  readonly weight: (distance: number) => number;
}

const CUBIC = -0.5;

const FILTERS: Readonly<Record<Exclude<Interpolation, 'nearest'>, Filter>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    weight(distance) {
      const x = Math.abs(distance);
      if (x < 1) return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * CUBIC : 0;
    },
  },
};

/** Fixed-point fraction bits of PIL's weights for 8-bit pictures. */
const PRECISION = 22;
const HALF = 1 << (PRECISION - 1);

/** For every output position of one axis: the first pixel that it draws from, how many, and their weights (fixed point). */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  /** Weights are `stride` apart. */
  readonly stride: number;
}

/** Weights of output positions `from` … `from + length - 1` when `size` pixels become `resized`. */
function filterTaps(size: number, resized: number, from: number, length: number, { support, weight }: Filter): Taps {
  const scale = size / resized;
  const filterScale = Math.max(1, scale);
  const reach = support * filterScale;
  const stride = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const center = (from + i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - reach + 0.5));
    const n = Math.min(size, Math.trunc(center + reach + 0.5)) - low;
    let sum = 0;
    for (let t = 0; t < n; t++) {
      const w = weight((t + low - center + 0.5) * (1 / filterScale));
      exact[t] = w;
      sum += w;
    }
    for (let t = 0; t < n; t++) {
      const w = (sum === 0 ? (exact[t] as number) : (exact[t] as number) / sum) * (1 << PRECISION);
      weights[i * stride + t] = Math.trunc(w + (w < 0 ? -0.5 : 0.5));
    }
    first[i] = low;
    count[i] = n;
  }
  return { first, count, weights, stride };
}

/** Rows `top` … of `image`, each filtered to `taps`' positions. */
function filterRows(image: RgbImage, { first, count, weights, stride }: Taps, top: number, rows: number): RgbImage {
  const width = first.length;
  const source = image.data;
  const data = new Uint8ClampedArray(width * rows * 4);
  let to = 0;
  for (let y = 0; y < rows; y++) {
    const row = (top + y) * image.width;
    for (let x = 0; x < width; x++) {
      let r = HALF;
      let g = HALF;
      let b = HALF;
      let from = (row + (first[x] as number)) * 4;
      const start = x * stride;
      const end = start + (count[x] as number);
      for (let t = start; t < end; t++, from += 4) {
        const w = weights[t] as number;
        r = (r + Math.imul(w, source[from] as number)) | 0;
        g = (g + Math.imul(w, source[from + 1] as number)) | 0;
        b = (b + Math.imul(w, source[from + 2] as number)) | 0;
      }
      data[to] = r >> PRECISION;
      data[to + 1] = g >> PRECISION;
      data[to + 2] = b >> PRECISION;
      data[to + 3] = 255;
      to += 4;
    }
  }
  return { width, height: rows, data };
}

/** Columns of `image`, whose first row is row `top` of the taps' axis, each filtered to the taps' positions. */
function filterColumns(image: RgbImage, { first, count, weights, stride }: Taps, top: number): RgbImage {
  const { width, data: source } = image;
  const height = first.length;
  const line = width * 4;
  const data = new Uint8ClampedArray(line * height);
  const sums = new Int32Array(line);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    const n = count[y] as number;
    for (let t = 0; t < n; t++) {
      const w = weights[y * stride + t] as number;
      const from = ((first[y] as number) - top + t) * line;
      for (let i = 0; i < line; i++) sums[i] = ((sums[i] as number) + Math.imul(w, source[from + i] as number)) | 0;
    }
    const to = y * line;
    for (let i = 0; i < line; i++) data[to + i] = (sums[i] as number) >> PRECISION;
    for (let i = 3; i < line; i += 4) data[to + i] = 255;
  }
  return { width, height, data };
}

/** Source positions of one axis without a filter; PIL adds the step up, so its rounding is kept. */
function nearestPositions(size: number, resized: number, from: number, length: number): Int32Array {
  const positions = new Int32Array(length);
  const step = size / resized;
  let at = step * 0.5;
  for (let i = 0; i < from + length; i++, at += step) if (i >= from) positions[i - from] = Math.min(size - 1, Math.trunc(at));
  return positions;
}

function resizeNearest(image: RgbImage, resized: Size, window: Rect): RgbImage {
  const columns = nearestPositions(image.width, resized.width, window.x, window.width);
  const rows = nearestPositions(image.height, resized.height, window.y, window.height);
  const picture = { width: window.width, height: window.height, data: new Uint8ClampedArray(window.width * window.height * 4) };
  const source = packedPixels(image);
  const target = packedPixels(picture);
  let to = 0;
  for (const y of rows) for (const x of columns) target[to++] = source[y * image.width + x] as number;
  return picture;
}

/**
 * PIL's Image.resize (antialiased when it shrinks, its fixed-point rounding after each of the two passes), of which only `window`, a
 * rectangle in pixels of the resized picture, is computed.
 */
export function resize(
  image: RgbImage,
  resized: Size,
  interpolation: Interpolation,
  window: Rect = { x: 0, y: 0, ...sizeOnly(resized) },
): RgbImage {
  if (interpolation === 'nearest') return resizeNearest(image, resized, window);
  const filter = FILTERS[interpolation];
  const columns = filterTaps(image.width, resized.width, window.x, window.width, filter);
  const rows = filterTaps(image.height, resized.height, window.y, window.height, filter);
  const top = rows.first[0] ?? 0;
  const last = rows.first.length - 1;
  const needed = (rows.first[last] as number) + (rows.count[last] as number) - top;
  return filterColumns(filterRows(image, columns, top, needed), rows, top);
}

const sizeOnly = ({ width, height }: Size): Size => ({ width, height });

/** The picture, smaller where its longer side is more than `longest` pixels. */
export function shrinkTo(image: RgbImage, longest: number): RgbImage {
  const factor = longest / Math.max(image.width, image.height);
  if (factor >= 1) return image;
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return resize(image, { width: side(image.width), height: side(image.height) }, 'bilinear');
}
