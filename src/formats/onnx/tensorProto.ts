import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Initializer } from '../../graph/graph.ts';
import { byteLength, type DType, dtypeFromCode } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { isMemoryDType, type MemoryDType, sizeOf, type Tensor, tensor } from '../../tensor/tensor.ts';
import type { ProtobufReader, Span } from '../containers/protobuf.ts';

const EXTERNAL = 1;
/** More than any model has in one tensor, and small enough that sizes stay exact. */
const MAX_ELEMENTS = 2 ** 40;
const MAX_RANK = 64;

/** A model's file by the path that was given, for messages, and by the one where its bytes stand: the two differ for links. */
export interface ModelFile {
  readonly path: string;
  readonly real: string;
}

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

  const dtype = dtypeFromCode(code);
  if (dtype === undefined)
    throw new InspectumError('corrupt', `${modelPath}: tensor ${name} has the element type ${code}, which ONNX does not know.`);
  if (dims.length > MAX_RANK)
    throw new InspectumError('corrupt', `${modelPath}: tensor ${name} has ${dims.length} dimensions; at most ${MAX_RANK} make sense.`);
  const shape = dims.map(Number);
  const count = sizeOf(shape);
  if (shape.some((d) => !Number.isSafeInteger(d) || d < 0) || !(count <= MAX_ELEMENTS))
    throw new InspectumError('corrupt', `${modelPath}: tensor ${name} has the impossible shape [${shape.join(', ')}].`);
  const sized = (bytes: number): void => {
    if (bytes !== byteLength(dtype, count))
      throw new InspectumError(
        'corrupt',
        `${modelPath}: tensor ${name} has the shape [${shape.join(', ')}] of ${dtype}, ${byteLength(dtype, count)} bytes, but ${bytes} bytes are stored.`,
      );
  };

  if (location === EXTERNAL) return externalTensor({ name, dtype, dims: shape }, external, model);
  if (raw && dtype !== 'string') {
    sized(raw.length);
    return { name, dtype, dims: shape, source: { kind: 'file', path: model.real, ...raw } };
  }
  // Packed floats are their own little-endian bytes; a complex number is two of them.
  if (packedFloats && (dtype === 'float32' || dtype === 'complex64')) {
    sized(packedFloats.length);
    return { name, dtype, dims: shape, source: { kind: 'file', path: model.real, ...packedFloats } };
  }
  const fields: TypedFields = { floats, doubles, int32s, int64s, strings };
  if (!isMemoryDType(dtype)) {
    const bytes = typedBytes(dtype, fields);
    sized(bytes.length);
    return { name, dtype, dims: shape, source: { kind: 'raw', bytes } };
  }
  const value = typedTensor(dtype, shape, fields);
  if (!value)
    throw new InspectumError(
      'corrupt',
      `${modelPath}: tensor ${name} of shape [${shape.join(', ')}] (${dtype}) should hold ${count} elements, but its data field holds another number.`,
    );
  return { name, dtype, dims: shape, source: { kind: 'memory', tensor: value } };
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

/** A tensor whose bytes stand in a file beside the model; that file is looked at, not read. */
function externalTensor(info: Omit<Initializer, 'source'>, entries: ReadonlyMap<string, string>, model: ModelFile): Initializer {
  const needed = byteLength(info.dtype, sizeOf(info.dims));
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? needed);
  if (length !== needed || info.dtype === 'string')
    throw new InspectumError(
      'corrupt',
      `${model.path}: tensor ${info.name} has the shape [${info.dims.join(', ')}] of ${info.dtype}, ${needed} bytes, but ${length} bytes are stored.`,
    );
  const { file, size } = weightFile(entries.get('location') ?? '', info.name, model);
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > size)
    throw new InspectumError(
      'corrupt',
      `${file}: ends at byte ${size}, but ${info.name} needs bytes ${offset} to ${offset + length}. It is truncated or belongs to another model.`,
    );
  return { ...info, source: { kind: 'file', path: file, offset, length } };
}

/** The file that a model names for its weights: in the model's folder or below, or beside the file that the model is a link to. */
function weightFile(location: string, tensor: string, { path: modelPath, real: realModel }: ModelFile): { file: string; size: number } {
  // The format wants '/'; writers on Windows leave '\' in. A drive or a share is absolute there and nowhere meant as a name.
  const relative = location.replaceAll('\\', '/');
  const folder = path.dirname(modelPath);
  const file = path.resolve(folder, relative);
  const refused = (): InspectumError =>
    new InspectumError(
      'refused',
      `${modelPath}: the weights of ${tensor} are said to be in ${JSON.stringify(location)}, outside of the model's folder. Such a path is not followed.`,
    );
  const inside = (child: string, parent: string): boolean => child.startsWith(parent.endsWith(path.sep) ? parent : parent + path.sep);
  if (path.win32.isAbsolute(relative) || /^[a-z]:/i.test(relative) || !inside(file, folder)) throw refused();
  let real: string;
  try {
    real = realpathSync(file);
  } catch (cause) {
    throw new InspectumError(
      'missing',
      `${modelPath}: the weights of ${tensor} should be in ${file}, which is not there. Put that file beside the model.`,
      { cause },
    );
  }
  if (!inside(real, realpathSync(folder)) && path.dirname(real) !== path.dirname(realModel)) throw refused();
  const stat = statSync(real);
  if (!stat.isFile())
    throw new InspectumError('missing', `${modelPath}: the weights of ${tensor} should be in ${file}, which is not a file.`);
  return { file: real, size: stat.size };
}
