import { DTYPES, type DType } from '../tensor/dtype.ts';
import { toFloat32 } from '../tensor/tensor.ts';
import type { Attribute, Graph, Initializer, Port } from './graph.ts';
import { readInitializer } from './weights.ts';

/** Floating-point types that are computed in float32: engines have no kernels for them on the CPU, or few. */
const CONVERTED: ReadonlySet<DType> = new Set(['float16', 'bfloat16', 'float64']);
const CONVERTED_CODES: ReadonlySet<number> = new Set([...CONVERTED].map((dtype) => DTYPES[dtype].code));
/** Attributes that name a dtype by its code. */
const DTYPE_ATTRIBUTES: ReadonlySet<string> = new Set(['to', 'dtype', 'output_datatype']);

const isConverted = (dtype: DType | undefined): dtype is DType => dtype !== undefined && CONVERTED.has(dtype);

/**
 * The same graph in float32: inputs and outputs take and give float32, weights are converted when they are used (they stay in their
 * file), casts to other floating-point types become casts to float32. Shapes are to be inferred afterwards.
 * @returns the graph itself and no dtypes where nothing is of another floating-point type
 */
export function inFloat32(graph: Graph): { readonly graph: Graph; readonly from: readonly DType[] } {
  const held = [...graph.inputs, ...graph.initializers.values(), ...graph.outputs];
  const from = [...new Set(held.map((v) => v.dtype).filter(isConverted))];
  if (from.length === 0) return { graph, from };
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
    from,
  };
}

const floatPort = (port: Port): Port => (isConverted(port.dtype) ? { ...port, dtype: 'float32' } : port);

function floatInitializer(initializer: Initializer): Initializer {
  const { dtype, source } = initializer;
  if (!isConverted(dtype)) return initializer;
  if (source.kind === 'file') return { ...initializer, dtype: 'float32', source: { ...source, stored: dtype } };
  return { ...initializer, dtype: 'float32', source: { kind: 'memory', tensor: toFloat32(readInitializer(initializer)) } };
}

function floatAttribute(name: string, attribute: Attribute): Attribute {
  if (attribute.type === 'int' && DTYPE_ATTRIBUTES.has(name) && CONVERTED_CODES.has(attribute.value))
    return { type: 'int', value: DTYPES.float32.code };
  if (attribute.type === 'tensor') return { type: 'tensor', value: floatInitializer(attribute.value) };
  if (attribute.type === 'graph') return { type: 'graph', value: inFloat32(attribute.value).graph };
  return attribute;
}
