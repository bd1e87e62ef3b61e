import { type MemoryDType, type Tensor, tensor } from './tensor.ts';

const view = new DataView(new ArrayBuffer(8));

/** The IEEE 754 binary16 bits nearest to a number (ties to even; beyond 65504: infinity). */
export function numberToFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Steps between neighbours are 2^-24 below 2^-14, then double with each power of two.
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const steps = roundToEven(size / 2 ** (exponent - 10));
  return sign | (steps + (exponent + 14) * 1024);
}

/** The bfloat16 bits nearest to a number's float32 (ties to even). */
function numberToBfloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) / 0x10000) & 0xffff;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/**
 * A tensor of any numeric dtype from numbers, rounded to the nearest; int64 is held to its range.
 * @throws RangeError when the count disagrees with dims
 */
export function fromNumbers(dtype: Exclude<MemoryDType, 'string'>, dims: readonly number[], values: readonly number[]): Tensor {
  switch (dtype) {
    case 'float16':
      return tensor(dtype, dims, Uint16Array.from(values, numberToFloat16));
    case 'bfloat16':
      return tensor(dtype, dims, Uint16Array.from(values, numberToBfloat16));
    case 'int64':
      return tensor(dtype, dims, BigInt64Array.from(values, toInt64));
    case 'uint64':
      return tensor(dtype, dims, BigUint64Array.from(values, BigInt));
    case 'float32':
      return tensor(dtype, dims, Float32Array.from(values));
    case 'float64':
      return tensor(dtype, dims, Float64Array.from(values));
    case 'int8':
      return tensor(dtype, dims, Int8Array.from(values));
    case 'int16':
      return tensor(dtype, dims, Int16Array.from(values));
    case 'int32':
      return tensor(dtype, dims, Int32Array.from(values));
    case 'uint16':
      return tensor(dtype, dims, Uint16Array.from(values));
    case 'uint32':
      return tensor(dtype, dims, Uint32Array.from(values));
    case 'uint8':
    case 'bool':
      return tensor(dtype, dims, Uint8Array.from(values));
  }
}

const MAX_INT64 = 2n ** 63n - 1n;

/** "To the end" in files is 2^63 - 1, which as a JavaScript number is 2^63. */
const toInt64 = (value: number): bigint => (value >= 2 ** 63 ? MAX_INT64 : value < -(2 ** 63) ? -(2n ** 63n) : BigInt(value));
