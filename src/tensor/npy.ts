import { InspectumError } from './errors.ts';
import { fromBytes, sizeOf, type Tensor, toBytes } from './tensor.ts';

/** NumPy's descriptions of the dtypes that are read, little-endian. */
const DESCRIPTIONS = { '<f4': 'float32', '<f8': 'float64', '|u1': 'uint8', '<i4': 'int32', '<i8': 'int64' } as const;
type NpyDType = (typeof DESCRIPTIONS)[keyof typeof DESCRIPTIONS];

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const MAX_BYTES = 2 ** 31;

/**
 * Reads NumPy's .npy format (versions 1 to 3) in C order: float32, float64, uint8, int32, int64.
 * @throws InspectumError 'corrupt' or 'unsupported', naming the file
 */
export function readNpy(bytes: Uint8Array, name: string): Tensor<NpyDType> {
  const corrupt = (what: string): never => {
    throw new InspectumError('corrupt', `${name}: ${what}.`);
  };
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) corrupt('is not a NumPy .npy file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = (bytes[6] as number) >= 2;
  const start = wide ? 12 : 10;
  const headerLength = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (start + headerLength > bytes.length) corrupt('its header does not fit into the file');
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, start + headerLength));
  const description = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? '';
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (order === undefined || shape === undefined) return corrupt('its header cannot be read');
  if (!Object.hasOwn(DESCRIPTIONS, description))
    throw new InspectumError('unsupported', `${name}: holds values of type ${description}; float32, float64, uint8, int32 and int64 (little-endian) are read.`);
  if (order === 'True') throw new InspectumError('unsupported', `${name}: is in Fortran order. Save it with numpy.ascontiguousarray.`);
  const dims = shape.split(',').filter((part) => part.trim() !== '').map(Number);
  if (dims.some((d) => !Number.isSafeInteger(d) || d < 0)) corrupt(`has the shape (${shape})`);
  const dtype = DESCRIPTIONS[description as keyof typeof DESCRIPTIONS];
  const data = bytes.subarray(start + headerLength);
  const needed = sizeOf(dims) * ITEM_BYTES[dtype];
  if (needed > MAX_BYTES) throw new InspectumError('too-large', `${name}: holds more than ${MAX_BYTES / 2 ** 30} GB.`);
  if (data.length !== needed) corrupt(`has the shape (${shape}) of ${dtype}, ${needed} bytes, but holds ${data.length}`);
  return fromBytes(dtype, dims, data);
}

const ITEM_BYTES: Readonly<Record<NpyDType, number>> = { float32: 4, float64: 8, uint8: 1, int32: 4, int64: 8 };

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
