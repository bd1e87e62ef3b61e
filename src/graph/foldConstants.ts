import type { DType } from '../tensor/dtype.ts';
import { floats, int64s, type Tensor, tensor } from '../tensor/tensor.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph, Initializer, Node } from './graph.ts';
import { type Inference, inferShapes } from './inferShapes.ts';
import type { PartialValue } from './operators/context.ts';

/**
 * The graph with its shape arithmetic done: a node whose outputs are small integers or booleans that are known before anything runs
 * is replaced by initializers of the same names, Constant nodes become initializers, and nodes that no output needs any more go.
 * Inputs, outputs, the other nodes' names and every result stay. Weights are never read.
 * @param inference what is known of the graph's shapes and small values
 */
export function foldConstants(graph: Graph, { graph: inferred, elements }: Inference = inferShapes(graph)): Graph {
  const outputs = new Set(graph.outputs.map((port) => port.name));
  const initializers = new Map(inferred.initializers);
  const nodes = inferred.nodes.filter((node) => {
    if (node.outputs.some((name) => outputs.has(name))) return true;
    const constants = constantOutputs(node, inferred, elements);
    for (const constant of constants ?? []) initializers.set(constant.name, constant);
    return constants === undefined;
  });
  // An input stays even where folding has left it without a reader: whoever runs the graph feeds it.
  return { ...new GraphBuilder({ ...inferred, nodes, initializers }).build(), inputs: inferred.inputs };
}

function constantOutputs(node: Node, graph: Graph, elements: ReadonlyMap<string, PartialValue>): Initializer[] | undefined {
  if (node.op === 'Constant' && node.domain === '') {
    const constant = constantOf(node);
    return constant && [constant];
  }
  const result: Initializer[] = [];
  for (const name of node.outputs) {
    if (name === '') continue;
    const value = elements.get(name);
    const t = value && integerTensor(value, graph.values.get(name)?.dtype);
    if (!t) return undefined;
    result.push(inMemory(name, t));
  }
  return result;
}

const inMemory = (name: string, t: Tensor): Initializer => ({ name, dtype: t.dtype, dims: t.dims, source: { kind: 'memory', tensor: t } });

function constantOf({ attributes: a, outputs }: Node): Initializer | undefined {
  const name = outputs[0] as string;
  if (a.value?.type === 'tensor') return { ...a.value.value, name };
  if (a.value_int?.type === 'int') return inMemory(name, int64s([], [a.value_int.value]));
  if (a.value_ints?.type === 'ints') return inMemory(name, int64s([a.value_ints.value.length], a.value_ints.value));
  if (a.value_float?.type === 'float') return inMemory(name, floats([], [a.value_float.value]));
  if (a.value_floats?.type === 'floats') return inMemory(name, floats([a.value_floats.value.length], a.value_floats.value));
  if (a.value_string?.type === 'string') return inMemory(name, tensor('string', [], [a.value_string.value]));
  if (a.value_strings?.type === 'strings')
    return inMemory(name, tensor('string', [a.value_strings.value.length], [...a.value_strings.value]));
  return undefined;
}

/** undefined where an element is no number, no integer or too large to be exact. */
function integerTensor({ dims, elements }: PartialValue, dtype: DType | undefined): Tensor | undefined {
  if (!elements.every((e): e is number => typeof e === 'number' && Number.isSafeInteger(e))) return undefined;
  if (dtype === 'int64') return int64s(dims, elements);
  if (dtype === 'int32') return elements.every((e) => e === (e | 0)) ? tensor('int32', dims, Int32Array.from(elements)) : undefined;
  return dtype === 'bool' ? tensor('bool', dims, Uint8Array.from(elements)) : undefined;
}
