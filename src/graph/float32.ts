import { DTYPES, type DType, dtypeFromCode } from '../tensor/dtype.ts';
import { toFloat32 } from '../tensor/tensor.ts';
import type { Attribute, Graph, Initializer, Port } from './graph.ts';
import { readInitializer } from './weights.ts';

/** Floating-point types that are computed in float32: engines have no kernels for them on the CPU, or few. */
const CONVERTED: ReadonlySet<DType> = new Set(['float16', 'bfloat16', 'float64']);
/** Attributes that name a dtype by its code. */
const DTYPE_ATTRIBUTES: ReadonlySet<string> = new Set(
  'to dtype output_dtype output_datatype precision softmax_precision stash_type'.split(' '),
);

const isConverted = (dtype: DType | undefined): dtype is DType => dtype !== undefined && CONVERTED.has(dtype);

/**
 * The same graph in float32: inputs and outputs take and give float32, weights are converted when they are used (they stay in their
 * file), casts to other floating-point types become casts to float32. Shapes are to be inferred afterwards.
 * @returns the graph itself and no notes where nothing is of another floating-point type
 */
export function inFloat32(graph: Graph): { readonly graph: Graph; readonly notes: readonly string[] } {
  const from = [...new Set(dtypesOf(graph))];
  if (from.length === 0) return { graph, notes: [] };
  const held = [...graph.inputs, ...graph.initializers.values(), ...graph.outputs];
  const what = held.some(({ dtype }) => dtype === 'float32') ? 'Parts of the model are' : 'The model is';
  return {
    graph: {
      ...graph,
      inputs: graph.inputs.map(floatPort),
      outputs: graph.outputs.map(floatPort),
      initializers: new Map([...graph.initializers].map(([name, initializer]) => [name, floatInitializer(initializer)])),
      nodes: graph.nodes.map((node) => ({
        ...node,
        attributes: Object.fromEntries(Object.entries(node.attributes).map(([name, value]) => [name, floatAttribute(name, value)])),
      })),
      values: new Map([...graph.values].map(([name, info]) => [name, isConverted(info.dtype) ? { ...info, dtype: 'float32' } : info])),
    },
    notes: from.map((dtype) => `${what} in ${dtype}; everything here is computed in float32.`),
  };
}

/** Every dtype to be converted that the graph names, also those of its subgraphs. */
function* dtypesOf(graph: Graph): Generator<DType> {
  for (const { dtype } of [...graph.inputs, ...graph.initializers.values(), ...graph.outputs]) if (isConverted(dtype)) yield dtype;
  for (const node of graph.nodes)
    for (const [name, attribute] of Object.entries(node.attributes)) {
      if (attribute.type === 'graph') yield* dtypesOf(attribute.value);
      const dtype = attribute.type === 'tensor' ? attribute.value.dtype : namedDType(name, attribute);
      if (isConverted(dtype)) yield dtype;
    }
}

const namedDType = (name: string, attribute: Attribute): DType | undefined =>
  attribute.type === 'int' && DTYPE_ATTRIBUTES.has(name) ? dtypeFromCode(attribute.value) : undefined;

const floatPort = (port: Port): Port => (isConverted(port.dtype) ? { ...port, dtype: 'float32' } : port);

function floatInitializer(initializer: Initializer): Initializer {
  const { dtype, source } = initializer;
  if (!isConverted(dtype)) return initializer;
  if (source.kind === 'file') return { ...initializer, dtype: 'float32', source: { ...source, stored: dtype } };
  return { ...initializer, dtype: 'float32', source: { kind: 'memory', tensor: toFloat32(readInitializer(initializer)) } };
}

function floatAttribute(name: string, attribute: Attribute): Attribute {
  if (isConverted(namedDType(name, attribute))) return { type: 'int', value: DTYPES.float32.code };
  if (attribute.type === 'tensor') return { type: 'tensor', value: floatInitializer(attribute.value) };
  if (attribute.type === 'graph') return { type: 'graph', value: inFloat32(attribute.value).graph };
  return attribute;
}
