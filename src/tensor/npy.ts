import { InspectumError } from './errors.ts';
import { fromBytes, sizeOf, type Tensor, toBytes } from './tensor.ts';

/** NumPy's descriptions of the dtypes that are read, little-endian. */
const DESCRIPTIONS = { '<f4': 'float32', '<f8': 'float64', '|u1': 'uint8', '<i4': 'int32', '<i8': 'int64' } as const;
type NpyDType = (typeof DESCRIPTIONS)[keyof typeof DESCRIPTIONS];

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const MAX_BYTES = 2 ** 31;
/** NumPy itself refuses to evaluate longer ones. */
const MAX_HEADER = 10_000;
const ITEM_BYTES: Readonly<Record<NpyDType, number>> = { float32: 4, float64: 8, uint8: 1, int32: 4, int64: 8 };

/**
 * Reads NumPy's .npy format (versions 1 to 3) in C order: float32, float64, uint8, int32, int64.
 * @throws InspectumError 'corrupt', 'unsupported' or 'too-large', naming the file
 */
export function readNpy(bytes: Uint8Array, name: string): Tensor<NpyDType> {
  const { header, data } = split(bytes, name);
  const description = /'descr': *([^,}]+)/.exec(header)?.[1]?.replaceAll("'", '').trim();
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const shape = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (description === undefined || order === undefined || shape === undefined)
    throw new InspectumError('corrupt', `${name}: its header cannot be read.`);
  const dtype = dtypeOf(description);
  if (!dtype)
    throw new InspectumError(
      'unsupported',
      `${name}: holds values of type ${description}; float32, float64, uint8, int32 and int64 (little-endian) are read.`,
    );
  const dims = shape.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));
  if (order === 'True' && dims.length > 1)
    throw new InspectumError('unsupported', `${name}: is in Fortran order. Save it with numpy.ascontiguousarray.`);
  const needed = sizeOf(dims) * ITEM_BYTES[dtype];
  if (!(needed <= MAX_BYTES)) throw new InspectumError('too-large', `${name}: holds more than ${MAX_BYTES / 2 ** 30} GB.`);
  if (data.length !== needed)
    throw new InspectumError('corrupt', `${name}: has the shape (${shape}) of ${dtype}, ${needed} bytes, but holds ${data.length}.`);
  return fromBytes(dtype, dims, data);
}

function dtypeOf(description: string): NpyDType | undefined {
  return Object.hasOwn(DESCRIPTIONS, description) ? DESCRIPTIONS[description as keyof typeof DESCRIPTIONS] : undefined;
}

/** The header's text and the bytes after it. */
function split(bytes: Uint8Array, name: string): { header: string; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new InspectumError('corrupt', `${name}: is not a NumPy .npy file.`);
  const wide = view.getUint8(6) >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > MAX_HEADER || start + length > bytes.length)
    throw new InspectumError('corrupt', `${name}: its header of ${length} bytes is longer than the file or than any should be.`);
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, start + length));
  return { header, data: bytes.subarray(start + length) };
}

/** A float32 tensor as a .npy file, version 1, C order. */
export function writeNpy(t: Tensor<'float32'>): Uint8Array {
  const shape = t.dims.length === 1 ? `${t.dims[0]},` : t.dims.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`;
  const padded = `${text}${' '.repeat(63 - ((10 + text.length) % 64))}\n`;
  const out = new Uint8Array(10 + padded.length + t.data.byteLength);
  out.set([...MAGIC, 1, 0, padded.length & 0xff, padded.length >> 8]);
  out.set(new TextEncoder().encode(padded), 10);
  out.set(toBytes(t), 10 + padded.length);
  return out;
}
