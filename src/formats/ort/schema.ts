/** Numbers of the fields that are read, by table, as in ONNX Runtime's `ort.fbs`. */
export const SESSION = { version: 0, model: 1 } as const;
export const MODEL = { irVersion: 0, opsets: 1, producer: 2, producerVersion: 3, graph: 7, metadata: 9 } as const;
export const OPSET_ID = { domain: 0, version: 1 } as const;
export const ENTRY = { key: 0, value: 1 } as const;
export const GRAPH = { initializers: 0, values: 1, nodes: 2, inputs: 5, outputs: 6, sparse: 7 } as const;
export const NODE = { name: 0, domain: 2, op: 5, inputs: 8, outputs: 9, attributes: 10 } as const;
export const ATTRIBUTE = { name: 0, type: 2, float: 3, int: 4, string: 5, tensor: 6, graph: 7, floats: 8, ints: 9, strings: 10 } as const;
export const TENSOR = { name: 0, dims: 2, dtype: 3, raw: 4, strings: 5, external: 6 } as const;
export const SPARSE = { values: 0, indices: 1, dims: 2 } as const;
export const VALUE = { name: 0, type: 2 } as const;
export const TYPE = { kind: 1, value: 2 } as const;
export const TENSOR_TYPE = { dtype: 0, shape: 1 } as const;
export const SHAPE = { dims: 0 } as const;
export const DIMENSION = { value: 0 } as const;
export const DIMENSION_VALUE = { kind: 0, extent: 1, symbol: 2 } as const;
