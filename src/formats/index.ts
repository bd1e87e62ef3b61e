import path from 'node:path';
import { InspectumError } from '../tensor/errors.ts';
import type { Format, ReadModel } from './format.ts';
import { onnx } from './onnx/index.ts';

/** The readers, by name. */
const FORMATS: Readonly<Record<string, Format>> = { onnx };

/** Reads a model file by its ending. */
export function readModel(file: string): ReadModel {
  const extension = path.extname(file).toLowerCase();
  const format = Object.values(FORMATS).find((f) => f.extensions.includes(extension));
  if (!format) {
    const known = Object.values(FORMATS).flatMap((f) => f.extensions);
    throw new InspectumError('unsupported', `${file}: models ending in ${extension || 'nothing'} are not read. Supported: ${known.join(', ')}.`);
  }
  return format.read(path.resolve(file));
}
