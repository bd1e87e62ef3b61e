import { statSync } from 'node:fs';
import path from 'node:path';
import { sortNodes, validateGraph } from '../graph/validate.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Format, ReadModel } from './format.ts';
import { onnx } from './onnx/index.ts';
import { ort } from './ort/index.ts';

/** The readers, by name. */
export const FORMATS: Readonly<Record<string, Format>> = { onnx, ort };

/**
 * Reads a model file by its ending. The graph's nodes are in an order in which they can run.
 * @throws InspectumError 'missing', 'corrupt', 'refused' or 'unsupported', naming the file
 */
export function readModel(file: string): ReadModel {
  const absolute = path.resolve(file);
  try {
    const read = formatOf(absolute).read(absolute);
    const graph = sortNodes(read.graph);
    validateGraph(graph);
    return { ...read, graph };
  } catch (cause) {
    if (!(cause instanceof InspectumError) || cause.message.includes(absolute)) throw cause;
    throw new InspectumError(cause.kind, `${absolute}: ${cause.message}`, { cause });
  }
}

function formatOf(file: string): Format {
  const extension = path.extname(file).toLowerCase();
  const format = Object.values(FORMATS).find((f) => f.extensions.includes(extension));
  if (format) return format;
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new InspectumError('missing', `${file}: there is no such file.`);
  if (stat.isDirectory()) throw new InspectumError('missing', `${file}: is a folder. Give the model file in it.`);
  const known = Object.values(FORMATS).flatMap((f) => f.extensions);
  throw new InspectumError(
    'unsupported',
    `${file}: models ending in ${extension || 'nothing'} are not read. Supported: ${known.join(', ')}.`,
  );
}
