import type { Initializer } from '../../graph/graph.ts';
import type { DType } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { fromBytes, isMemoryDType, type MemoryDType, sizeOf, type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Span } from '../containers/byteSource.ts';
import type { ProtobufReader } from '../containers/protobuf.ts';
import { externalTensor, type ModelFile } from './externalData.ts';
import { checkBytes, tensorInfo } from './tensorInfo.ts';

const EXTERNAL = 1;
/** What is no larger is kept in memory: shapes, axes and the like, which would each open the file again. */
const SMALL_BYTES = 64;

/** A TensorProto as it stands in the file, its weight bytes unread. */
export function readTensor(message: ProtobufReader, model: ModelFile): Initializer {
  const { path: modelPath } = model;
  const dims: bigint[] = [];
  const int32s: bigint[] = [];
  const int64s: bigint[] = [];
  const doubles: number[] = [];
  const floats: number[] = [];
  const strings: string[] = [];
  const external = new Map<string, string>();
  let code = 0;
  let name = '';
  let location = 0;
  let raw: Span | undefined;
  let packedFloats: Span | undefined;
  for (let field = message.next(); field !== undefined; field = message.next()) {
    switch (field) {
      case 1:
        message.ints(dims);
        break;
      case 2:
        code = message.int();
        break;
      case 4:
        if (message.isDelimited && packedFloats === undefined && floats.length === 0) packedFloats = message.span();
        else message.floats(floats);
        break;
      case 5:
        message.ints(int32s);
        break;
      case 6:
        strings.push(message.string());
        break;
      case 7:
      case 11:
        message.ints(int64s);
        break;
      case 8:
        name = message.string();
        break;
      case 9:
        raw = message.span();
        break;
      case 10:
        message.doubles(doubles);
        break;
      case 13:
        readEntry(message.message(), external);
        break;
      case 14:
        location = message.int();
        break;
      default:
        message.skip();
    }
  }

  const info = tensorInfo(modelPath, name, code, dims);
  const { dtype, dims: shape } = info;
  const sized = (bytes: number): void => checkBytes(modelPath, info, bytes);

  if (location === EXTERNAL) return externalTensor(info, external, model);
  if (raw && dtype !== 'string') {
    sized(raw.length);
    if (raw.length <= SMALL_BYTES && isMemoryDType(dtype))
      return { ...info, source: { kind: 'memory', tensor: fromBytes(dtype, shape, message.bytes(raw)) } };
    return { ...info, source: { kind: 'file', path: model.real, ...raw } };
  }
  // Packed floats are their own little-endian bytes; a complex number is two of them.
  if (packedFloats && (dtype === 'float32' || dtype === 'complex64')) {
    sized(packedFloats.length);
    return { ...info, source: { kind: 'file', path: model.real, ...packedFloats } };
  }
  const fields: TypedFields = { floats, doubles, int32s, int64s, strings };
  if (!isMemoryDType(dtype)) {
    const bytes = typedBytes(dtype, fields);
    sized(bytes.length);
    return { ...info, source: { kind: 'raw', bytes } };
  }
  const value = typedTensor(dtype, shape, fields);
  if (!value)
    throw new InspectumError(
      'corrupt',
      `${modelPath}: tensor ${name} of shape [${shape.join(', ')}] (${dtype}) should hold ${sizeOf(shape)} elements, but its data field holds another number.`,
    );
  return { ...info, source: { kind: 'memory', tensor: value } };
}

interface TypedFields {
  readonly floats: readonly number[];
  readonly doubles: readonly number[];
  readonly int32s: readonly bigint[];
  readonly int64s: readonly bigint[];
  readonly strings: string[];
}

/** Raw bytes of a dtype that is only shown: complex numbers stand as pairs of floats, 8-bit floats and pairs of 4-bit numbers as bytes. */
function typedBytes(dtype: DType, { floats, doubles, int32s }: TypedFields): Uint8Array {
  if (dtype === 'complex64') return new Uint8Array(Float32Array.from(floats).buffer);
  if (dtype === 'complex128') return new Uint8Array(Float64Array.from(doubles).buffer);
  return Uint8Array.from(int32s, (v) => Number(v & 0xffn));
}

/** A tensor from the typed fields, which each serve several dtypes; undefined when the count is wrong. */
function typedTensor(dtype: MemoryDType, dims: readonly number[], fields: TypedFields): Tensor | undefined {
  const count = sizeOf(dims);
  const checked = <T extends { length: number }>(values: T): T | undefined => (values.length === count ? values : undefined);
  const make = (data: Tensor['data'] | undefined): Tensor | undefined => data && tensor(dtype, dims, data as never);
  const from32 = () => checked(fields.int32s)?.map(Number);
  switch (dtype) {
    case 'float32':
      return make(checked(Float32Array.from(fields.floats)));
    case 'float64':
      return make(checked(Float64Array.from(fields.doubles)));
    case 'int64':
      return make(checked(BigInt64Array.from(fields.int64s)));
    case 'uint64':
      return make(checked(BigUint64Array.from(fields.int64s, (v) => BigInt.asUintN(64, v))));
    case 'uint32':
      return make(checked(Uint32Array.from(fields.int64s, Number)));
    case 'string':
      return make(checked(fields.strings));
    case 'int32':
      return make(checked(Int32Array.from(from32() ?? [])));
    case 'int16':
      return make(checked(Int16Array.from(from32() ?? [])));
    case 'int8':
      return make(checked(Int8Array.from(from32() ?? [])));
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return make(checked(Uint16Array.from(from32() ?? [])));
    case 'uint8':
    case 'bool':
      return make(checked(Uint8Array.from(from32() ?? [])));
  }
}

function readEntry(message: ProtobufReader, into: Map<string, string>): void {
  let key = '';
  let value = '';
  for (let field = message.next(); field !== undefined; field = message.next()) {
    if (field === 1) key = message.string();
    else if (field === 2) value = message.string();
    else message.skip();
  }
  into.set(key, value);
}
