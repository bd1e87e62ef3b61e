/** Standard deviations after which the kernel ends, as in scipy.ndimage. */
const TRUNCATE = 4;

/**
 * scipy.ndimage.gaussian_filter (mode "reflect") of one plane: edges are mirrored.
 * @param values height × width, `step` apart from `from` on: a channel of a picture of either layout
 * @param sigma standard deviation in pixels, above 0
 */
export function gaussianBlur(
  values: ArrayLike<number>,
  {
    width,
    height,
    from = 0,
    step = 1,
  }: { readonly width: number; readonly height: number; readonly from?: number; readonly step?: number },
  sigma: number,
): Float64Array {
  const kernel = gaussian(sigma);
  const plane = Float64Array.from({ length: width * height }, (_, i) => values[from + i * step] as number);
  return alongRows(alongRows(plane, width, height, kernel), height, width, kernel);
}

/** Weights at distances 0, 1, … of a kernel whose sum is 1. */
function gaussian(sigma: number): Float64Array {
  const weights = Float64Array.from({ length: Math.floor(TRUNCATE * sigma + 0.5) + 1 }, (_, d) => Math.exp((-d * d) / (2 * sigma * sigma)));
  const sum = weights.reduce((total, w, d) => total + (d === 0 ? w : 2 * w), 0);
  return weights.map((w) => w / sum);
}

/** Rows filtered, and the result transposed. */
function alongRows(plane: Float64Array, width: number, height: number, kernel: Float64Array): Float64Array {
  const out = new Float64Array(plane.length);
  const reach = kernel.length - 1;
  const mirrored = Int32Array.from({ length: width + 2 * reach }, (_, i) => mirror(i - reach, width));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let d = -reach; d <= reach; d++)
        sum += (kernel[Math.abs(d)] as number) * (plane[y * width + (mirrored[x + d + reach] as number)] as number);
      out[x * height + y] = sum;
    }
  return out;
}

/** d c b a | a b c d | d c b a */
function mirror(index: number, length: number): number {
  const place = ((index % (2 * length)) + 2 * length) % (2 * length);
  return place < length ? place : 2 * length - 1 - place;
}
