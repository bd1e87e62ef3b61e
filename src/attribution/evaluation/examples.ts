import { fromNumbers } from '../../tensor/fromNumbers.ts';
import { type MemoryDType, type Tensor, tensor } from '../../tensor/tensor.ts';

/** A batch several times over: all of its examples, then all of them again. A scalar stays one. */
export function repeated<D extends MemoryDType>(batch: Tensor<D>, times: number): Tensor<D> {
  const [examples, ...dims] = batch.dims;
  if (times === 1 || examples === undefined) return batch;
  const data = emptyLike(batch, batch.data.length * times);
  for (let i = 0; i < times; i++) data.set(batch.data, i * batch.data.length);
  return tensor(batch.dtype, [examples * times, ...dims], data as never);
}

/** Batches one behind the other; all but the batch of their shapes is the same. */
export function stacked<D extends MemoryDType>(batches: readonly Tensor<D>[]): Tensor<D> {
  const [first] = batches as readonly [Tensor<D>];
  if (batches.length === 1) return first;
  const data = emptyLike(
    first,
    batches.reduce((sum, b) => sum + b.data.length, 0),
  );
  let at = 0;
  for (const batch of batches) {
    data.set(batch.data, at);
    at += batch.data.length;
  }
  return tensor(first.dtype, [batches.reduce((sum, b) => sum + (b.dims[0] ?? 1), 0), ...first.dims.slice(1)], data as never);
}

/** Room for elements as a tensor has them. */
const emptyLike = ({ data }: Tensor, length: number): { set(from: unknown, at: number): void } =>
  new (data.constructor as new (n: number) => { set(from: unknown, at: number): void })(length);

/** Examples `from` to `to` (left out) of a batch, sharing its memory. */
export function examplesOf({ dims, data }: Tensor<'float32'>, from: number, to: number): Tensor<'float32'> {
  const [examples = 1, ...rest] = dims;
  const size = data.length / examples;
  return tensor('float32', [to - from, ...rest], data.subarray(from * size, to * size));
}

/** A float32 tensor in the dtype that a model takes, whole numbers rounded to; a tensor of that dtype as it is. */
export const inDtype = (value: Tensor, dtype: MemoryDType): Tensor =>
  value.dtype === dtype || dtype === 'string'
    ? value
    : fromNumbers(
        dtype,
        value.dims,
        /float/.test(dtype) ? Array.from(value.data as Float32Array) : Array.from(value.data as Float32Array, Math.round),
      );
