import type { Initializer } from '../../graph/graph.ts';
import { readInitializer } from '../../graph/weights.ts';
import { byteLength, DTYPES } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { stridesOf } from '../../tensor/shape.ts';
import { fromBytes, isMemoryDType, sizeOf, toBytes, toNumbers } from '../../tensor/tensor.ts';
import { tensorInfo } from './tensorInfo.ts';

/** Bytes that the sparse weights of one model may take when they are dense: they are few and small. */
const MAX_BYTES = 2 ** 28;

/** Makes the sparse weights of one model dense, in memory. */
export class SparseWeights {
  readonly #path: string;
  #left = MAX_BYTES;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * @param values [n], and the weight's name
   * @param indices [n] into the flattened weight, or [n, rank]
   * @param extents of the weight
   * @throws InspectumError 'corrupt', 'too-large', or 'unsupported' for dtypes that are only shown
   */
  dense(values: Initializer | undefined, indices: Initializer | undefined, extents: readonly bigint[]): Initializer {
    if (!values || !indices) throw new InspectumError('corrupt', `${this.#path}: a sparse weight has no values or no indices.`);
    const { name, dtype } = values;
    const corrupt = (what: string): InspectumError => new InspectumError('corrupt', `${this.#path}: sparse weight ${name}: ${what}.`);
    if (!isMemoryDType(dtype) || dtype === 'string')
      throw new InspectumError('unsupported', `${this.#path}: sparse weight ${name}: values of type ${dtype} are not supported.`);
    const { dims } = tensorInfo(this.#path, name, DTYPES[dtype].code, extents);
    const bytes = byteLength(dtype, sizeOf(dims));
    this.#left -= bytes;
    if (this.#left < 0)
      throw new InspectumError(
        'too-large',
        `${this.#path}: sparse weight ${name} of shape [${dims.join(', ')}] is too large to be made dense. Save the model with dense weights.`,
      );
    const [count = 0] = values.dims;
    const [indexCount = 0, rank] = indices.dims;
    if (values.dims.length !== 1 || indexCount !== count || indices.dims.length > 2 || (rank !== undefined && rank !== dims.length))
      throw corrupt(`${count} values of shape [${dims.join(', ')}] have indices of shape [${indices.dims.join(', ')}]`);
    const places = placesOf(toNumbers(readInitializer(indices)), count, rank === undefined ? undefined : dims);
    const stored = toBytes(readInitializer(values));
    const filled = new Uint8Array(bytes);
    const size = byteLength(dtype, 1);
    places.forEach((place, i) => {
      if (!(place >= 0 && place < sizeOf(dims))) throw corrupt(`value ${i} stands outside of the shape [${dims.join(', ')}]`);
      filled.set(stored.subarray(i * size, (i + 1) * size), place * size);
    });
    return { name, dtype, dims, source: { kind: 'memory', tensor: fromBytes(dtype, dims, filled) } };
  }
}

/** Places in the flattened weight; `dims`: of the weight where every value has an index per axis. */
function placesOf(indices: Float64Array, count: number, dims: readonly number[] | undefined): Float64Array {
  if (!dims) return indices;
  const strides = stridesOf(dims);
  const place = (i: number): number => strides.reduce((sum, stride, axis) => sum + stride * (indices[i * dims.length + axis] ?? 0), 0);
  return Float64Array.from({ length: count }, (_, i) => place(i));
}
