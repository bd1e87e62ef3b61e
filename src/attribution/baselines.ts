import { InspectumError } from '../tensor/errors.ts';
import { formatShape } from '../tensor/shape.ts';
import { sizeOf, type Tensor, tensor } from '../tensor/tensor.ts';

/** What stands for the absence of a value: a number everywhere, or examples of the value's shape. */
export type Baseline = number | Tensor<'float32'>;

/** The baselines of a request, for values by name; 0 where none was given. */
export class Baselines {
  readonly #byName: ReadonlyMap<string, Baseline>;
  readonly #others: Baseline | null;
  readonly #asked = new Set<string>();

  /**
   * @param byName for values of these names
   * @param others for all other values; null: they have none
   */
  constructor(byName: ReadonlyMap<string, Baseline> = new Map(), others: Baseline | null = 0) {
    this.#byName = byName;
    this.#others = others;
  }

  /** The values whose baselines were wanted. */
  get asked(): ReadonlySet<string> {
    return this.#asked;
  }

  /** @throws InspectumError 'usage' where a value has none: the baseline was given for an input, and this is a layer's value */
  of(name: string): Baseline {
    this.#asked.add(name);
    const baseline = this.#byName.get(name) ?? this.#others;
    if (baseline === null)
      throw new InspectumError(
        'usage',
        `The baseline should stand for ${name}, a layer's value: give a number, or a .npy file of its shape.`,
      );
    return baseline;
  }

  /**
   * One baseline per example of `value`: a tensor of its shape. A baseline of one example serves all.
   * @throws InspectumError 'usage' where the baseline has another shape
   */
  per(name: string, value: Tensor<'float32'>): Tensor<'float32'> {
    const all = this.all(name, value);
    const [count = 1] = all.dims;
    const [examples = 1] = value.dims;
    if (count === examples) return all;
    if (count !== 1)
      throw new InspectumError(
        'usage',
        `The baseline of ${name} has ${count} examples: there should be one, or as many as the input has (${examples}).`,
      );
    const data = new Float32Array(value.data.length);
    for (let at = 0; at < data.length; at += all.data.length) data.set(all.data, at);
    return tensor('float32', value.dims, data);
  }

  /**
   * Every example of the baseline of a value, any number of them: a distribution. A number is as many equal examples as the value has.
   * @throws InspectumError 'usage' where the baseline has another shape
   */
  all(name: string, { dims }: Tensor<'float32'>): Tensor<'float32'> {
    const baseline = this.of(name);
    if (typeof baseline === 'number') return tensor('float32', dims, new Float32Array(sizeOf(dims)).fill(baseline));
    if (baseline.dims.length !== dims.length || baseline.dims.some((d, axis) => axis > 0 && d !== dims[axis]))
      throw new InspectumError(
        'usage',
        `The baseline of ${name} has the shape ${formatShape(baseline.dims)}, which differs from ${formatShape(dims)} in more than the batch.`,
      );
    if (baseline.dims[0] === 0) throw new InspectumError('usage', `The baseline of ${name} has no examples: give at least one.`);
    return baseline;
  }
}
