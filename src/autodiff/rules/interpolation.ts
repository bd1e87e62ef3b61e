/** How Resize maps output positions to input positions. Names and values are those of ONNX's attributes. */
export interface Interpolation {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubicA: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

/** One resized axis: its extents before and after, the scale between them, and for a crop its begin and end in [0, 1]. */
export interface ResizedAxis {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  /** Whether the scale is the ratio of the extents, and not stated. */
  readonly isRatio: boolean;
  readonly roi: readonly [number, number];
}

const f32 = Math.fround;

/** Input coordinate of output position i. In float32, operation by operation, as engines compute it: rounding decides at ties. */
function coordinate(i: number, { from, to, scale, isRatio, roi }: ResizedAxis, coordinates: string): number {
  const halfPixel = (): number => f32(f32(f32(i + 0.5) / scale) - 0.5);
  switch (coordinates) {
    case 'asymmetric':
      return isRatio ? f32(f32(i * from) / to) : f32(i / scale);
    case 'align_corners':
      return to === 1 ? 0 : f32(f32(i * (from - 1)) / (to - 1));
    case 'pytorch_half_pixel':
      return to > 1 ? halfPixel() : 0;
    case 'tf_half_pixel_for_nn':
      return f32(f32(i + 0.5) / scale);
    case 'half_pixel_symmetric': {
      const adjustment = f32(to / f32(scale * from));
      return f32(f32((from / 2) * f32(1 - adjustment)) + (i + 0.5) / scale - 0.5);
    }
    case 'tf_crop_and_resize': {
      const [begin, end] = roi;
      if (to === 1) return f32(0.5 * f32(begin + end) * (from - 1));
      return f32(f32(begin * (from - 1)) + f32(f32(i * f32(end - begin) * (from - 1)) / (to - 1)));
    }
    default:
      return halfPixel();
  }
}

function nearest(x: number, rule: string): number {
  switch (rule) {
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    default:
      return Math.ceil(x - 0.5);
  }
}

/** Keys' cubic convolution kernel. */
function cubic(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/** The input positions that output position i is mixed of, with their shares. */
function taps(i: number, axis: ResizedAxis, how: Interpolation): (readonly [number, number])[] {
  const last = axis.from - 1;
  const x = axis.scale === 1 ? i : coordinate(i, axis, how.coordinates);
  if (how.coordinates === 'tf_crop_and_resize' && (x < 0 || x > last)) return [];
  if (how.antialias && how.mode !== 'nearest') return filtered(x, axis, how);
  const clamp = (n: number): number => Math.min(last, Math.max(0, n));
  if (how.mode === 'nearest') return [[clamp(nearest(x, how.nearest)), 1]];
  if (how.mode === 'linear') {
    const inside = clamp(x);
    const left = Math.floor(inside);
    return [
      [left, 1 - (inside - left)],
      [clamp(left + 1), inside - left],
    ];
  }
  const left = Math.floor(x);
  const four = [-1, 0, 1, 2].map((k) => [left + k, cubic(x - left - k, how.cubicA)] as const);
  if (!how.excludeOutside) return four.map(([n, share]) => [clamp(n), share]);
  const inside = four.filter(([n]) => n >= 0 && n <= last);
  const total = inside.reduce((sum, [, share]) => sum + share, 0);
  return inside.map(([n, share]) => [n, share / total]);
}

/** With antialias the kernel is as much wider as the axis becomes smaller; the shares are made to sum to 1. */
function filtered(x: number, { from, scale }: ResizedAxis, how: Interpolation): (readonly [number, number])[] {
  const ratio = f32(1 / scale);
  const reach = how.mode === 'cubic' ? 2 : 1;
  const support = ratio >= 1 ? f32(reach * ratio) : reach;
  const narrowing = ratio >= 1 ? f32(1 / ratio) : 1;
  const center = f32(x + 0.5);
  const [first, end] = [center - support, center + support].map((at) => Math.floor(f32(f32(at) + 0.5))) as [number, number];
  const weights: [number, number][] = [];
  for (let n = first; n < end; n++) {
    if (how.excludeOutside && (n < 0 || n >= from)) continue;
    const distance = (n - center + 0.5) * narrowing;
    const weight = how.mode === 'cubic' ? cubic(distance, how.cubicA) : Math.max(0, 1 - Math.abs(distance));
    weights.push([Math.min(from - 1, Math.max(0, n)), weight]);
  }
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return weights.map(([n, weight]) => [n, weight / (total || 1)]);
}

/** The linear map of one axis as a matrix [to, from], row-major. */
export function interpolationMatrix(axis: ResizedAxis, how: Interpolation): Float64Array {
  const matrix = new Float64Array(axis.to * axis.from);
  for (let i = 0; i < axis.to; i++)
    for (const [n, share] of taps(i, axis, how)) {
      const place = i * axis.from + n;
      matrix[place] = (matrix[place] as number) + share;
    }
  return matrix;
}
