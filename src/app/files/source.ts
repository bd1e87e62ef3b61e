import { readModel } from '../../formats/index.ts';
import { inFloat32 } from '../../graph/float32.ts';
import type { Graph } from '../../graph/graph.ts';
import { inInferenceMode } from '../../graph/inferenceMode.ts';
import { dequantized } from '../../graph/quantized/index.ts';
import { notesOnRandomness } from '../../graph/randomness.ts';
import { FileStamps } from './fileStamps.ts';

/** A model file as it was read, before anything is chosen: what every `Model` made of it shares. */
export interface Source {
  /** Absolute path. */
  readonly path: string;
  /** In inference mode, dequantised and in float32, without shapes. */
  readonly graph: Graph;
  /** Whether activations are rounded to integers on their way. */
  readonly isQuantized: boolean;
  /** "ONNX, opset 13, pytorch 2.1" */
  readonly format: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** The model's file and those of its weights, as they were. */
  readonly files: FileStamps;
  /** Sentences on what was changed to compute with it. */
  readonly notes: readonly string[];
}

/**
 * Reads a model file; no weight is read.
 * @param file absolute path
 * @throws InspectumError as the readers do
 */
export function readSource(file: string): Source {
  const files = new FileStamps();
  files.note(file);
  const { graph: stored, format, metadata } = readModel(file);
  const deployed = inInferenceMode(stored);
  const float32 = inFloat32(deployed.graph);
  const { graph, isQuantized, notes } = dequantized(float32.graph);
  for (const { source } of graph.initializers.values()) if (source.kind === 'file') files.note(source.path);
  return {
    path: file,
    graph,
    isQuantized,
    format,
    metadata,
    files,
    notes: [...deployed.notes, ...notes, ...notesOnRandomness(graph), ...float32.notes],
  };
}
