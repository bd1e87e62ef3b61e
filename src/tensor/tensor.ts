import type { DType } from './dtype.ts';

/** How each dtype that we compute with is held in memory. float16 and bfloat16 are held as their bits. */
export interface DataOf {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  string: string[];
}

export type MemoryDType = keyof DataOf;

/** A dense tensor in C order. A scalar has dims []. */
export interface Tensor<D extends MemoryDType = MemoryDType> {
  readonly dtype: D;
  readonly dims: readonly number[];
  readonly data: DataOf[D];
}

type NumericDType = Exclude<MemoryDType, 'string'>;

const ARRAYS: { [D in NumericDType]: new (buffer: ArrayBuffer) => DataOf[D] } = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

export const isMemoryDType = (dtype: DType): dtype is MemoryDType => dtype === 'string' || dtype in ARRAYS;

/** Number of elements of a shape: 1 for a scalar. */
export const sizeOf = (dims: readonly number[]): number => dims.reduce((n, d) => n * d, 1);

/** A tensor from data that is already in its dtype's array. Throws RangeError when the count disagrees with dims. */
export function tensor<D extends MemoryDType>(dtype: D, dims: readonly number[], data: DataOf[D]): Tensor<D> {
  if (data.length !== sizeOf(dims))
    throw new RangeError(`a ${dtype} tensor of shape [${dims.join(', ')}] holds ${sizeOf(dims)} elements, not ${data.length}`);
  return { dtype, dims, data };
}

export const floats = (dims: readonly number[], values: ArrayLike<number>): Tensor<'float32'> =>
  tensor('float32', dims, Float32Array.from(values));

export const int64s = (dims: readonly number[], values: readonly number[]): Tensor<'int64'> =>
  tensor('int64', dims, BigInt64Array.from(values, BigInt));

/** A numeric tensor from little-endian bytes (copied, so that alignment never matters). */
export function fromBytes<D extends NumericDType>(dtype: D, dims: readonly number[], bytes: Uint8Array): Tensor<D> {
  const copy = new Uint8Array(bytes).buffer;
  return tensor(dtype, dims, new ARRAYS[dtype](copy));
}

/** The little-endian bytes of a numeric tensor, sharing its memory. */
export function toBytes(t: Tensor): Uint8Array {
  if (t.dtype === 'string') throw new TypeError('a string tensor has no raw bytes');
  const { buffer, byteOffset, byteLength } = t.data as Float32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Elements as JavaScript numbers (float16 and bfloat16 are decoded, 64-bit integers are rounded to a double). */
export function toNumbers(t: Tensor): Float64Array {
  switch (t.dtype) {
    case 'string':
      throw new TypeError('a string tensor has no numbers');
    case 'int64':
    case 'uint64':
      return Float64Array.from(t.data as BigInt64Array, Number);
    case 'float16':
      return Float64Array.from(t.data as Uint16Array, float16ToNumber);
    case 'bfloat16':
      return Float64Array.from(t.data as Uint16Array, bfloat16ToNumber);
    default:
      return Float64Array.from(t.data as Float32Array);
  }
}

/** The same tensor as float32. */
export function toFloat32(t: Tensor): Tensor<'float32'> {
  return t.dtype === 'float32' ? (t as Tensor<'float32'>) : tensor('float32', t.dims, Float32Array.from(toNumbers(t)));
}

/** IEEE 754 binary16 bits to a number. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const bitsView = new DataView(new ArrayBuffer(4));

/** bfloat16 bits (the upper half of a float32) to a number. */
function bfloat16ToNumber(bits: number): number {
  bitsView.setUint16(0, bits);
  bitsView.setUint16(2, 0);
  return bitsView.getFloat32(0);
}
