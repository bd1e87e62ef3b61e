import type { Initializer } from '../../graph/graph.ts';
import { byteLength, dtypeFromCode } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { sizeOf } from '../../tensor/tensor.ts';

/** More than any model has in one tensor, and small enough that sizes stay exact. */
const MAX_ELEMENTS = 2 ** 40;
const MAX_RANK = 64;

/** What a file states of a tensor: all but where its values are. */
export type TensorInfo = Omit<Initializer, 'source'>;

/**
 * What a file states of a tensor, once it is found possible.
 * @param code of TensorProto.DataType
 * @throws InspectumError 'corrupt' naming file and tensor
 */
export function tensorInfo(path: string, name: string, code: number, extents: readonly bigint[]): TensorInfo {
  const dtype = dtypeFromCode(code);
  if (dtype === undefined)
    throw new InspectumError('corrupt', `${path}: tensor ${name} has the element type ${code}, which ONNX does not know.`);
  if (extents.length > MAX_RANK)
    throw new InspectumError('corrupt', `${path}: tensor ${name} has ${extents.length} dimensions; at most ${MAX_RANK} make sense.`);
  const dims = extents.map(Number);
  if (dims.some((d) => !Number.isSafeInteger(d) || d < 0) || !(sizeOf(dims) <= MAX_ELEMENTS))
    throw new InspectumError('corrupt', `${path}: tensor ${name} has the impossible shape [${dims.join(', ')}].`);
  return { name, dtype, dims };
}

/** @throws InspectumError 'corrupt' where a tensor's shape needs another number of bytes than are stored */
export function checkBytes(path: string, { name, dtype, dims }: TensorInfo, stored: number): void {
  const needed = byteLength(dtype, sizeOf(dims));
  if (stored !== needed)
    throw new InspectumError(
      'corrupt',
      `${path}: tensor ${name} has the shape [${dims.join(', ')}] of ${dtype}, ${needed} bytes, but ${stored} bytes are stored.`,
    );
}
