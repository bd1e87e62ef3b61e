import type { Graph, Node } from '../../graph/graph.ts';

/** A function that the file defines: nodes over its own inputs, outputs and attribute names. */
export interface FunctionBody {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly string[];
  readonly defaults: Node['attributes'];
  readonly nodes: readonly FunctionNode[];
  /** Opset versions that the body is written for. */
  readonly opsets: ReadonlyMap<string, number>;
}

/** A node of a function body; `references` names attributes whose value is that of the calling node's attribute. */
export interface FunctionNode extends Node {
  readonly references: Readonly<Record<string, string>>;
}

/** What stands in an .onnx file, before anything is lifted. */
export interface OnnxModel {
  readonly path: string;
  readonly irVersion: number;
  readonly producer: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** Opset versions by domain; ONNX's own is ''. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly functions: readonly FunctionBody[];
  /** As in the file: nodes of the file's own opset, in file order. */
  readonly graph: Graph;
}
