import type { RegionTarget, Target } from '../../protocol/target.ts';
import { stridesOf } from '../../tensor/shape.ts';
import type { Model } from '../model.ts';
import type { Outcome } from './outcome.ts';
import { topTarget } from './scores.ts';

type Range = readonly [from: number, to: number];

/** Channels of a detector's rows before the scores: the box. */
const BOX = 4;
/** A class that wins fewer of the pixels is taken for noise. */
const LEAST_SHARE = 0.01;
/** Maps of which a side is so much smaller than the input's are a detector's grid, not a picture. */
const COARSE = 4;

/**
 * What is explained where nobody has chosen: the most probable class; of a segmenter the class beside the background that wins most
 * pixels, where it does; of a picture its centre; of a detector its highest score; else the highest value.
 */
export function defaultTarget(model: Model, { values, dims, scores }: Outcome): Target {
  if (scores) return topTarget(scores);
  const whole = dims.map((size): Range => [0, size]);
  const axes = model.imageAxes;
  if (axes && !isCoarse(model, dims, axes)) return ofPicture(model, values, dims, axes);
  return { kind: 'region', reduce: 'max', ranges: dims.length === 2 ? scoresOfRows(dims) : whole };
}

function isCoarse({ input }: Model, dims: readonly number[], [row]: readonly [number, number]): boolean {
  return input !== undefined && (dims[row] as number) * COARSE <= input.size[0];
}

function ofPicture(model: Model, values: Float32Array, dims: readonly number[], axes: readonly [number, number]): RegionTarget {
  const [row, column] = axes;
  const channel = dims.findIndex((size, axis) => axis !== row && axis !== column && size > 1);
  const channels = dims[channel] ?? 1;
  const isSegmenter =
    channels === 1 ? model.scale === 'sigmoid' || model.scale === 'log-odds' : channels !== 3 || model.scale === 'probabilities';
  const found = isSegmenter && dims.length <= 3 ? winner(model, values, dims, axes, channel) : undefined;
  const ranges = dims.map((size, axis): Range => {
    if (found && axis === channel) return [found.index, found.index + 1];
    if (axis === row) return found?.rows ?? middle(size);
    return axis === column ? (found?.columns ?? middle(size)) : [0, size];
  });
  return { kind: 'region', reduce: 'sum', ranges };
}

const middle = (size: number): Range => (size < 3 ? [0, size] : [Math.floor(size / 3), Math.ceil((2 * size) / 3)]);

interface Winner {
  readonly index: number;
  readonly rows: Range;
  readonly columns: Range;
}

/** The class that wins most pixels, the background (the first) only where no other does, and the rectangle that holds them. */
function winner(
  { scale }: Model,
  values: Float32Array,
  dims: readonly number[],
  [row, column]: readonly [number, number],
  channel: number,
): Winner | undefined {
  const strides = stridesOf(dims);
  const [height, width, channels] = [dims[row] as number, dims[column] as number, dims[channel] ?? 1];
  const [down, right, across] = [strides[row] as number, strides[column] as number, strides[channel] ?? 0];
  const threshold = scale === 'sigmoid' ? 0.5 : 0;
  const classes = new Int32Array(height * width);
  const counts = new Float64Array(Math.max(channels, 2));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * down + x * right;
      let best = channels === 1 && (values[at] as number) <= threshold ? 1 : 0;
      for (let c = 1; c < channels; c++) if ((values[at + c * across] as number) > (values[at + best * across] as number)) best = c;
      classes[y * width + x] = best;
      counts[best] = (counts[best] as number) + 1;
    }
  const index = channels === 1 ? 0 : foreground(counts, LEAST_SHARE * height * width);
  if (counts[index] === 0) return undefined;
  return { index, ...extent(classes, index, width) };
}

function foreground(counts: Float64Array, least: number): number {
  let best = 0;
  for (let c = 1; c < counts.length; c++)
    if ((counts[c] as number) >= least && (best === 0 || (counts[c] as number) > (counts[best] as number))) best = c;
  return best;
}

/** The rectangle that holds every pixel of a class. */
function extent(classes: Int32Array, index: number, width: number): Pick<Winner, 'rows' | 'columns'> {
  let [top, bottom, left, right] = [Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY, 0];
  classes.forEach((found, place) => {
    if (found !== index) return;
    const [y, x] = [Math.floor(place / width), place % width];
    [top, bottom, left, right] = [Math.min(top, y), Math.max(bottom, y), Math.min(left, x), Math.max(right, x)];
  });
  return { rows: [top, bottom + 1], columns: [left, right + 1] };
}

/** Of a detector's rows (boxes × values, or the other way round) the scores: what follows the four values of a box. */
function scoresOfRows(dims: readonly number[]): readonly Range[] {
  const [a = 1, b = 1] = dims;
  const axis = a < b ? 0 : 1;
  const count = Math.min(a, b);
  const scores: Range = count === 2 ? [1, 2] : count <= BOX ? [0, count] : [BOX, count <= BOX + 3 ? BOX + 1 : count];
  return dims.map((size, i) => (i === axis ? scores : [0, size]));
}
