import { sizeOf, type Tensor, tensor } from '../../tensor/tensor.ts';
import { type Attribution, defineMethod } from '../method.ts';
import { localOcclusion } from './localOcclusion.ts';
import { nativeBaselines } from './nativeBaselines.ts';
import { PERTURBATIONS_PER_EVAL } from './parameters.ts';
import { type Copy, runPerturbed } from './perturbed.ts';
import { type Windows, windowsOver } from './windows.ts';

/**
 * captum.attr.Occlusion (Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901): how far the target falls when a window is replaced by
 * the baseline, given to every element as the mean over the windows that cover it, in the input's shape. A window at the border that
 * does not fit is cut off there. Only forward runs are made, and of those only what a window changes where that is less.
 */
export const occlusion = defineMethod({
  name: 'Occlusion',
  level: 'primary',
  needsTarget: true,
  baselines: 'one',
  doc: 'How far the target falls when a sliding window over the input is replaced by the baseline.',
  paper: { authors: 'Zeiler and Fergus', year: 2014, url: 'https://arxiv.org/abs/1311.2901' },
  parameters: {
    sliding_window_shapes: {
      type: 'extents',
      default: null,
      required: true,
      min: 1,
      doc: 'The extents of the window along every axis but the batch, [3, 15, 15] say; for several inputs a list for each.',
    },
    strides: {
      type: 'extents',
      default: 1,
      min: 1,
      doc: 'How far the window is moved along every axis; one number serves all of them. For several inputs a number or a list for each.',
    },
    perturbations_per_eval: PERTURBATIONS_PER_EVAL,
  },
  cost: ({ parameters: { sliding_window_shapes: shapes, strides }, shapes: inputs }) =>
    1 + placesOf(windowsOver(Object.fromEntries(inputs.map((dims, i) => [`input ${i}`, { dims }])), shapes, strides)),
  async attribute({ subject, baselines, parameters, work }) {
    const { given } = subject;
    const covers = windowsOver(given, parameters.sliding_window_shapes, parameters.strides);
    const replacements = nativeBaselines(given, baselines);
    const means = new Map(covers.map(({ name }) => [name, new CoveredMean(given[name] as Tensor)]));
    const result = (): Attribution => ({
      parts: covers.map(({ name }) => ({ name, tensor: means.get(name)?.mean() })) as unknown as Attribution['parts'],
    });
    const write = (index: number, copy: Copy): boolean => {
      const { windows, place } = windowAt(covers, index);
      const elements = copy[windows.name] as Copy[string];
      const baseline = replacements[windows.name]?.data as typeof elements;
      const size = elements.length / subject.examples;
      let changed = false;
      windows.forEachRange(place, (from, to) => {
        for (let first = 0; first < elements.length; first += size)
          for (let i = first + from; i < first + to; i++) {
            changed ||= elements[i] !== baseline[i];
            elements[i] = baseline[i] as never;
          }
      });
      return changed;
    };
    const take = (index: number, drops: Float64Array): void => {
      const { windows, place } = windowAt(covers, index);
      const mean = means.get(windows.name);
      windows.forEachRange(place, (from, to) => mean?.add(from, to, drops));
    };
    const [windows] = covers;
    const local = covers.length === 1 && windows ? await localOcclusion(subject, windows, write) : undefined;
    await runPerturbed(
      { count: placesOf(covers), write: local?.write ?? write, take },
      { subject: local?.subject ?? subject, work, perRun: parameters.perturbations_per_eval, partial: result },
    );
    return result();
  },
});

const placesOf = (covers: readonly Windows[]): number => covers.reduce((sum, { count }) => sum + count, 0);

/** The window of an index that counts those of all values. */
function windowAt(covers: readonly Windows[], index: number): { readonly windows: Windows; readonly place: number } {
  let place = index;
  for (const windows of covers) {
    if (place < windows.count) return { windows, place };
    place -= windows.count;
  }
  throw new RangeError(`there are fewer than ${index} windows`);
}

/** The mean of what was added to an element: 0 before anything was. */
class CoveredMean {
  readonly #dims: readonly number[];
  readonly #size: number;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;

  constructor({ dims }: Tensor) {
    this.#dims = dims;
    this.#size = sizeOf(dims.slice(1));
    this.#sums = new Float64Array(sizeOf(dims));
    this.#counts = new Uint32Array(this.#size);
  }

  /** @param drops one per example */
  add(from: number, to: number, drops: Float64Array): void {
    drops.forEach((drop, example) => {
      for (let i = example * this.#size + from; i < example * this.#size + to; i++) this.#sums[i] = (this.#sums[i] as number) + drop;
    });
    for (let i = from; i < to; i++) this.#counts[i] = (this.#counts[i] as number) + 1;
  }

  mean(): Tensor<'float32'> {
    const { length } = this.#sums;
    const means = Float32Array.from({ length }, (_, i) => (this.#sums[i] as number) / Math.max(1, this.#counts[i % this.#size] as number));
    return tensor('float32', this.#dims, means);
  }
}
