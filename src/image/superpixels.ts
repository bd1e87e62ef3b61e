import type { RgbImage, Size } from './image.ts';
import { labOf } from './lab.ts';

/** How much place counts against colour: a superpixel's own side is as far as this difference of colour in CIELAB. */
const COMPACTNESS = 10;
const ROUNDS = 10;
/** The part of a superpixel's even share of the pixels below which a piece joins its neighbour. */
const SMALLEST = 0.25;

/**
 * SLIC superpixels (Achanta et al. 2012, https://doi.org/10.1109/TPAMI.2012.120): about `count` connected pieces of a picture, each of
 * like colour and about the same size, by k-means over colour in CIELAB and place, in which a centre looks no further than one side of
 * an even piece. More than there are pixels are as many as pixels.
 * @returns for every pixel, row by row, the number of its piece: 0, 1, … without a gap
 * @throws RangeError where the count is no positive integer
 */
export function superpixels(picture: RgbImage, count: number): Int32Array {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`a picture cannot have ${count} superpixels`);
  const plane: Plane = { width: picture.width, height: picture.height, lab: labOf(picture) };
  const side = Math.max(1, Math.sqrt((plane.width * plane.height) / count));
  const centres = gridOf(plane, side);
  const labels = new Int32Array(plane.width * plane.height);
  for (let round = 0; round < ROUNDS; round++) {
    assign(labels, plane, centres, side);
    move(centres, plane, labels);
  }
  return connected(labels, plane, SMALLEST * side * side);
}

interface Plane extends Size {
  /** L, a, b of every pixel. */
  readonly lab: Float32Array;
}

interface Centre {
  readonly colour: Float64Array;
  x: number;
  y: number;
}

/** Centres in the middles of cells of about `side` × `side`, each at the most even place of the 3×3 pixels around it. */
function gridOf(plane: Plane, side: number): readonly Centre[] {
  const { width, height, lab } = plane;
  const [columns, rows] = [Math.max(1, Math.round(width / side)), Math.max(1, Math.round(height / side))];
  return Array.from({ length: columns * rows }, (_, i) => {
    const column = Math.floor((((i % columns) + 0.5) * width) / columns);
    const row = Math.floor(((Math.floor(i / columns) + 0.5) * height) / rows);
    const [x, y] = evenestNear(plane, column, row);
    const at = 3 * (y * width + x);
    return { colour: Float64Array.from(lab.subarray(at, at + 3)), x, y };
  });
}

function evenestNear(plane: Plane, x: number, y: number): readonly [x: number, y: number] {
  const { width, height } = plane;
  let best: readonly [number, number] = [x, y];
  let least = Number.POSITIVE_INFINITY;
  for (let row = Math.max(1, y - 1); row <= Math.min(height - 2, y + 1); row++)
    for (let column = Math.max(1, x - 1); column <= Math.min(width - 2, x + 1); column++) {
      const pixel = row * width + column;
      const gradient = difference(plane, pixel - 1, pixel + 1) + difference(plane, pixel - width, pixel + width);
      if (gradient < least) {
        least = gradient;
        best = [column, row];
      }
    }
  return best;
}

/** Of the colours of two pixels, squared. */
function difference({ lab }: Plane, one: number, other: number): number {
  let sum = 0;
  for (let c = 0; c < 3; c++) sum += ((lab[3 * one + c] as number) - (lab[3 * other + c] as number)) ** 2;
  return sum;
}

/** Gives every pixel to the nearest of the centres within `side` on either axis. */
function assign(labels: Int32Array, { width, height, lab }: Plane, centres: readonly Centre[], side: number): void {
  const distances = new Float64Array(labels.length).fill(Number.POSITIVE_INFINITY);
  const ofPlace = (COMPACTNESS / side) ** 2;
  const reach = Math.max(1, side);
  centres.forEach(({ colour: [l = 0, a = 0, b = 0], x, y }, centre) => {
    for (let row = Math.max(0, Math.floor(y - reach)); row <= Math.min(height - 1, y + reach); row++)
      for (let column = Math.max(0, Math.floor(x - reach)); column <= Math.min(width - 1, x + reach); column++) {
        const pixel = row * width + column;
        const dl = (lab[3 * pixel] as number) - l;
        const da = (lab[3 * pixel + 1] as number) - a;
        const db = (lab[3 * pixel + 2] as number) - b;
        const distance = dl * dl + da * da + db * db + ofPlace * ((column - x) ** 2 + (row - y) ** 2);
        if (distance >= (distances[pixel] as number)) continue;
        distances[pixel] = distance;
        labels[pixel] = centre;
      }
  });
}

/** Moves every centre to the mean of its pixels. */
function move(centres: readonly Centre[], { width, lab }: Plane, labels: Int32Array): void {
  const sums = new Float64Array(6 * centres.length);
  labels.forEach((label, pixel) => {
    const own = [1, pixel % width, Math.floor(pixel / width), lab[3 * pixel], lab[3 * pixel + 1], lab[3 * pixel + 2]] as number[];
    for (let i = 0; i < 6; i++) sums[6 * label + i] = (sums[6 * label + i] as number) + (own[i] as number);
  });
  centres.forEach((centre, i) => {
    const [pixels = 0, x = 0, y = 0, ...colour] = sums.subarray(6 * i, 6 * i + 6);
    if (pixels === 0) return;
    centre.x = x / pixels;
    centre.y = y / pixels;
    centre.colour.set(colour.map((sum) => sum / pixels));
  });
}

/** The connected pieces of a labelling, in the order of their first pixels; one of fewer than `smallest` pixels joins its neighbour. */
function connected(labels: Int32Array, { width, height }: Size, smallest: number): Int32Array {
  const pieces = new Int32Array(labels.length).fill(-1);
  const members = new Int32Array(labels.length);
  let count = 0;
  labels.forEach((label, first) => {
    if (pieces[first] !== -1) return;
    let size = 0;
    const take = (pixel: number): void => {
      pieces[pixel] = count;
      members[size++] = pixel;
    };
    take(first);
    for (let i = 0; i < size; i++)
      for (const next of neighboursOf(members[i] as number, width, height)) if (pieces[next] === -1 && labels[next] === label) take(next);
    const before = first % width > 0 ? first - 1 : first - width;
    if (size >= smallest || before < 0) count++;
    else for (let i = 0; i < size; i++) pieces[members[i] as number] = pieces[before] as number;
  });
  return pieces;
}

function neighboursOf(pixel: number, width: number, height: number): readonly number[] {
  const x = pixel % width;
  const found = [pixel - width, pixel + width].filter((next) => next >= 0 && next < width * height);
  if (x > 0) found.push(pixel - 1);
  if (x < width - 1) found.push(pixel + 1);
  return found;
}
