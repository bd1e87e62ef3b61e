import type { Size } from './image.ts';

export type InterpolateMode = 'nearest' | 'bilinear' | 'bicubic';

/** A plane of numbers, row by row. */
export interface Grid extends Size {
  readonly data: Float32Array;
}

/** For every sampled position of one axis: the `count` samples that it draws from, and their weights. */
export interface AxisTaps {
  readonly count: 1 | 2 | 4;
  readonly index: Int32Array;
  readonly weight: Float64Array;
}

const { fround } = Math;

/** PyTorch's bicubic parameter. */
const A = -0.75;
/** Weights of samples at a distance of up to 1, and from 1 to 2, in float32 with fused multiply-adds as PyTorch's kernels have them. */
const near = (d: number): number => fround(fround(fround((A + 2) * d - (A + 3)) * d) * d + 1);
const far = (d: number): number => fround(fround(fround(A * d - 5 * A) * d + 8 * A) * d - 4 * A);

/** Taps that take the sample of each given index, unblended. */
export const indexTaps = (index: Int32Array): AxisTaps => ({ count: 1, index, weight: new Float64Array(index.length).fill(1) });

/**
 * Taps at positions counted in samples, the first sample's middle at 0. The border is replicated.
 * @param size number of samples of the axis
 */
export function blendTaps(positions: Float64Array, size: number, mode: 'bilinear' | 'bicubic'): AxisTaps {
  const count = mode === 'bilinear' ? 2 : 4;
  const index = new Int32Array(positions.length * count);
  const weight = new Float64Array(positions.length * count);
  positions.forEach((given, i) => {
    const position = mode === 'bilinear' ? Math.max(0, given) : given;
    const whole = Math.floor(position);
    const part = fround(position - whole);
    const rest = fround(1 - part);
    const weights = mode === 'bilinear' ? [rest, part] : [far(fround(1 + part)), near(part), near(rest), far(fround(1 + rest))];
    const first = mode === 'bilinear' ? whole : whole - 1;
    for (let t = 0; t < count; t++) {
      index[i * count + t] = Math.min(size - 1, Math.max(0, first + t));
      weight[i * count + t] = weights[t] as number;
    }
  });
  return { count, index, weight };
}

/** The grid sampled at every crossing of `columns` and `rows`. */
export function sampleGrid({ width, data }: Grid, columns: AxisTaps, rows: AxisTaps): Float32Array {
  const across = columns.index.length / columns.count;
  const down = rows.index.length / rows.count;
  const out = new Float32Array(across * down);
  const line = new Float64Array(width);
  const { index, weight, count } = columns;
  let to = 0;
  for (let y = 0; y < down; y++) {
    line.fill(0);
    for (let t = 0; t < rows.count; t++) {
      const w = rows.weight[y * rows.count + t] as number;
      if (w === 0) continue;
      const from = (rows.index[y * rows.count + t] as number) * width;
      for (let x = 0; x < width; x++) line[x] = (line[x] as number) + w * (data[from + x] as number);
    }
    if (count === 1) for (let x = 0; x < across; x++) out[to++] = line[index[x] as number] as number;
    else if (count === 2)
      for (let x = 0, i = 0; x < across; x++, i += 2)
        out[to++] =
          (line[index[i] as number] as number) * (weight[i] as number) +
          (line[index[i + 1] as number] as number) * (weight[i + 1] as number);
    else
      for (let x = 0, i = 0; x < across; x++, i += 4)
        out[to++] =
          (line[index[i] as number] as number) * (weight[i] as number) +
          (line[index[i + 1] as number] as number) * (weight[i + 1] as number) +
          (line[index[i + 2] as number] as number) * (weight[i + 2] as number) +
          (line[index[i + 3] as number] as number) * (weight[i + 3] as number);
  }
  return out;
}

/** The taps of one axis of F.interpolate; positions are computed in float32 with a fused multiply-add. */
function axisTaps(from: number, to: number, mode: InterpolateMode): AxisTaps {
  const scale = fround(from / to);
  if (mode === 'nearest') return indexTaps(Int32Array.from({ length: to }, (_, i) => Math.min(from - 1, Math.floor(fround(i * scale)))));
  const positions = Float64Array.from({ length: to }, (_, i) => fround(scale * (i + 0.5) - 0.5));
  return blendTaps(positions, from, mode);
}

/**
 * PyTorch's F.interpolate(size=to, mode) without align_corners and antialias, of one channel's plane; also captum's
 * LayerAttribution.interpolate.
 * @param data from.height × from.width values, row by row
 * @returns to.height × to.width values
 * @throws RangeError when the count of values disagrees with `from`, or a side is not a positive integer
 */
export function interpolate(data: Float32Array, from: Size, to: Size, mode: InterpolateMode): Float32Array {
  if (data.length !== from.width * from.height)
    throw new RangeError(`a map of ${from.height}×${from.width} has ${from.width * from.height} values, not ${data.length}`);
  for (const side of [from.width, from.height, to.width, to.height])
    if (!(Number.isInteger(side) && side > 0)) throw new RangeError(`a map cannot have a side of ${side}`);
  return sampleGrid({ ...from, data }, axisTaps(from.width, to.width, mode), axisTaps(from.height, to.height, mode));
}
