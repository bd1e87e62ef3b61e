import type { LayerMap, Sweep, SweptMap } from '../../protocol/model.ts';

/** Cells of a map up to which a sweep carries it whole. */
const WHOLE = 128 * 128;
/** Cells of the longer side of a reduced map: no thumbnail has more pixels. */
const SIDE = 64;

/** A sweep that is quick to send: of maps that are large it has reduced ones, for thumbnails. */
export const withReducedMaps = (sweep: Sweep): Sweep => ({
  ...sweep,
  maps: sweep.maps.map((map) => (map.width * map.height > WHOLE ? reduced(map) : map)),
});

/** Means of its cells, as PyTorch's AdaptiveAvgPool2d makes them. */
function reduced({ output, width: from, height: down, data }: LayerMap): SweptMap {
  const longer = Math.max(from, down);
  const [width, height] = [from, down].map((side) => Math.max(1, Math.round((SIDE * side) / longer))) as [number, number];
  const cells = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = binOf(y, down, height);
    for (let x = 0; x < width; x++) {
      const [left, right] = binOf(x, from, width);
      let sum = 0;
      for (let row = top; row < bottom; row++) for (let at = row * from + left; at < row * from + right; at++) sum += data[at] as number;
      cells[y * width + x] = sum / ((bottom - top) * (right - left));
    }
  }
  const [low, high] = extremesOf(data);
  return { output, width, height, data: cells, reduced: { low, high } };
}

const binOf = (i: number, size: number, bins: number) => [Math.floor((i * size) / bins), Math.ceil(((i + 1) * size) / bins)] as const;

function extremesOf(data: Float32Array): readonly [low: number, high: number] {
  let [low, high] = [0, 0];
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
