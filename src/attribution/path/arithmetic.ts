import { type Tensor, tensor } from '../../tensor/tensor.ts';

type Batch = Tensor<'float32'>;

/** Element by element; all are of one shape. */
function combined(a: Batch, b: Batch, combine: (a: number, b: number) => number): Batch {
  const data = new Float32Array(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = combine(a.data[i] as number, b.data[i] as number);
  return tensor('float32', a.dims, data);
}

export const difference = (a: Batch, b: Batch): Batch => combined(a, b, (x, y) => x - y);
export const product = (a: Batch, b: Batch): Batch => combined(a, b, (x, y) => x * y);

/** Sums of lists of tensors, each of which counts as much as its weight; in float64. */
export class WeightedSums {
  readonly #sums: { readonly dims: readonly number[]; readonly data: Float64Array }[] = [];
  #weight = 0;

  add(tensors: readonly Batch[], weight: number): void {
    this.#weight += weight;
    tensors.forEach(({ dims, data }, k) => {
      this.#sums[k] ??= { dims, data: new Float64Array(data.length) };
      const sum = this.#sums[k].data;
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + weight * (data[i] as number);
    });
  }

  get tensors(): Batch[] {
    return this.#sums.map(({ dims, data }) => tensor('float32', dims, Float32Array.from(data)));
  }

  /** The sums that are to be expected once all weights add up to `total`; 0 before there is any weight. */
  extrapolated(total: number): Batch[] {
    return this.#sums.map(({ dims, data }) =>
      tensor(
        'float32',
        dims,
        Float32Array.from(data, (x) => (x * total) / (this.#weight || 1)),
      ),
    );
  }
}
