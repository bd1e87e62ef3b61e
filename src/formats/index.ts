import { statSync } from 'node:fs';
import path from 'node:path';
import type { Graph } from '../graph/graph.ts';
import { sortNodes, validateGraph } from '../graph/validate.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Format, ReadModel } from './format.ts';
import { onnx } from './onnx/index.ts';

/** The readers, by name. */
const FORMATS: Readonly<Record<string, Format>> = { onnx };

/**
 * Reads a model file by its ending. The graph's nodes are in an order in which they can run.
 * @throws InspectumError 'missing', 'corrupt', 'refused' or 'unsupported', naming the file
 */
export function readModel(file: string): ReadModel {
  const absolute = path.resolve(file);
  const read = formatOf(absolute).read(absolute);
  return { ...read, graph: runnable(read.graph, absolute) };
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

function runnable(graph: Graph, file: string): Graph {
  try {
    const sorted = sortNodes(graph);
    validateGraph(sorted);
    return sorted;
  } catch (cause) {
    if (cause instanceof InspectumError) throw new InspectumError(cause.kind, `${file}: ${cause.message}`, { cause });
    throw cause;
  }
}
