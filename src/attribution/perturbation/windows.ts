import { InspectumError } from '../../tensor/errors.ts';
import type { Extents } from '../../tensor/parameters.ts';
import { formatShape, stridesOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** What windows slide over, batch first. */
type Sized = Pick<Tensor, 'dims'>;

/** The places of a window that slides over the examples of a value. */
export class Windows {
  readonly name: string;
  readonly count: number;
  readonly #dims: readonly number[];
  readonly #steps: readonly number[];
  readonly #shape: readonly number[];
  readonly #strides: readonly number[];
  readonly #places: readonly number[];

  /**
   * @param shape of the window, without the batch
   * @throws InspectumError 'usage' where the window is larger than the value, or leaves gaps
   */
  constructor(name: string, { dims: [, ...dims] }: Sized, shape: readonly number[], strides: readonly number[]) {
    for (const [axis, size] of dims.entries()) {
      const [extent = 1, stride = 1] = [shape[axis], strides[axis]];
      if (extent > size)
        throw new InspectumError(
          'usage',
          `The sliding window ${formatShape(shape)} is larger than ${name}, ${formatShape(dims)} per example.`,
        );
      if (extent < size && stride > extent)
        throw new InspectumError(
          'usage',
          `A sliding window of ${formatShape(shape)} with strides of ${formatShape(strides)} leaves parts of ${name} out: no stride should be larger than the window.`,
        );
    }
    this.name = name;
    this.#dims = dims;
    this.#steps = stridesOf(dims);
    this.#shape = shape;
    this.#strides = strides;
    this.#places = dims.map((size, axis) => Math.ceil((size - (shape[axis] as number)) / (strides[axis] as number)) + 1);
    this.count = this.#places.reduce((product, places) => product * places, 1);
  }

  /** What a window covers of an axis of one example, the end left out. */
  rangeOf(index: number, axis: number): readonly [from: number, to: number] {
    const inner = this.#places.slice(axis + 1).reduce((product, places) => product * places, 1);
    return this.#range(Math.floor(index / inner) % (this.#places[axis] as number), axis);
  }

  /** The ranges of an axis that windows cover. */
  rangesOf(axis: number): readonly (readonly [from: number, to: number])[] {
    return Array.from({ length: this.#places[axis] as number }, (_, place) => this.#range(place, axis));
  }

  #range(place: number, axis: number): readonly [from: number, to: number] {
    const from = place * (this.#strides[axis] as number);
    return [from, Math.min(from + (this.#shape[axis] as number), this.#dims[axis] as number)];
  }

  /**
   * Calls `visit` with the ranges of flat places in one example that a window covers, each without gaps. Windows are counted in C order;
   * the last one of an axis ends with the value.
   */
  forEachRange(index: number, visit: (from: number, to: number) => void): void {
    const rank = this.#dims.length;
    const ranges = this.#dims.map((_, axis) => this.rangeOf(index, axis));
    const walk = (axis: number, base: number): void => {
      const [first, end] = ranges[axis] ?? [0, 1];
      if (axis >= rank - 1) visit(base + first, base + end);
      else for (let i = first; i < end; i++) walk(axis + 1, base + i * (this.#steps[axis] as number));
    };
    walk(0, 0);
  }
}

/**
 * A window for every value.
 * @param shapes one list per value; of a single value the list itself
 * @param strides the same; a number serves every axis
 * @throws InspectumError 'usage' where there are not as many as values or axes
 */
export function windowsOver(given: Readonly<Record<string, Sized>>, shapes: Extents, strides: Extents): readonly Windows[] {
  const values = Object.entries(given);
  const ranks = values.map(([name, { dims }]) => [name, dims.length - 1] as const);
  const [extents, steps] = [perValue('sliding_window_shapes', shapes, ranks), perValue('strides', strides, ranks)];
  return values.map(([name, value], i) => new Windows(name, value, extents[i] as readonly number[], steps[i] as readonly number[]));
}

/** Numbers per axis of every value. */
function perValue(parameter: string, extents: Extents, ranks: readonly (readonly [name: string, rank: number])[]): readonly number[][] {
  const given =
    typeof extents === 'number'
      ? ranks.map(() => extents)
      : ranks.length === 1 && !extents.some(Array.isArray)
        ? [extents as readonly number[]]
        : extents;
  if (given.length !== ranks.length)
    throw new InspectumError(
      'usage',
      `${parameter} should have an entry for each of ${ranks.map(([name]) => name).join(', ')}: ${ranks.length}, not ${given.length}.`,
    );
  return ranks.map(([name, rank], i) => {
    const own = [given[i] as number | readonly number[]].flat();
    if (own.length === 1) return new Array<number>(rank).fill(own[0] as number);
    if (own.length === rank) return own;
    throw new InspectumError(
      'usage',
      `${parameter} should have ${rank} numbers for ${name}, one per axis but the batch, not ${own.length}.`,
    );
  });
}
