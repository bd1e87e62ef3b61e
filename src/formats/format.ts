import type { Graph } from '../graph/graph.ts';

/** A model file, read into the one graph representation. */
export interface ReadModel {
  readonly graph: Graph;
  /** "ONNX, opset 13, pytorch 2.1" */
  readonly format: string;
  readonly metadata: ReadonlyMap<string, string>;
}

export interface Format {
  readonly name: string;
  readonly extensions: readonly string[];
  /** @throws InspectumError 'missing', 'corrupt', 'refused' or 'unsupported' */
  read(path: string): ReadModel;
}
