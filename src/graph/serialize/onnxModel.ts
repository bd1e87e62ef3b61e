import { DTYPES } from '../../tensor/dtype.ts';
import { toBytes } from '../../tensor/tensor.ts';
import { type Attribute, attributesOf, type Graph, type Initializer, type Node, OPSET, type Port } from '../graph.ts';
import { ProtobufWriter } from './protobufWriter.ts';

/** The IR version that belongs to OPSET. */
const IR_VERSION = 11;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;
const utf8 = new TextEncoder();

/**
 * Operators of which ONNX Runtime has only the form before opset 22, which brought them more element types and nothing else. A graph
 * with one of them is written as of opset 21: but for operators that came later, all others are the same there.
 */
const BEFORE_22: ReadonlySet<string> = new Set(
  'Bernoulli GlobalLpPool MaxRoiPool Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike RoiAlign'.split(' '),
);

const opsetOf = (graph: Graph): number => (graph.nodes.some(isBefore22) ? 21 : OPSET);

const isBefore22 = (node: Node): boolean =>
  (node.domain === '' && BEFORE_22.has(node.op)) ||
  Object.values(node.attributes).some((a) => a.type === 'graph' && a.value.nodes.some(isBefore22));

/** How a weight that stands in a file is written: as a reference to it, or as its bytes. */
export type WeightWriter = (weight: Initializer & { source: { kind: 'file' } }) => { reference: string } | { bytes: Uint8Array };

/**
 * The graph as a ModelProto.
 * @param weights decides for every weight that stands in a file; a reference is relative to the folder that the engine is told
 */
export function serializeModel(graph: Graph, weights: WeightWriter): Uint8Array {
  const model = new ProtobufWriter().int(1, IR_VERSION).string(2, 'inspectum');
  model.message(7, graphProto(graph, weights));
  const opset = (domain: string, version: number) => model.message(8, new ProtobufWriter().string(1, domain).int(2, version));
  opset('', opsetOf(graph));
  for (const [domain, version] of graph.domains) opset(domain, version);
  return model.finish();
}

function graphProto(graph: Graph, weights: WeightWriter): ProtobufWriter {
  const out = new ProtobufWriter();
  for (const weight of graph.initializers.values()) if (storedAs(weight)) out.message(1, nodeProto(conversion(weight), weights));
  for (const node of graph.nodes) out.message(1, nodeProto(node, weights));
  out.string(2, graph.name || 'graph');
  for (const initializer of graph.initializers.values()) out.message(5, tensorProto(initializer, weights));
  for (const port of graph.inputs) out.message(11, valueInfoProto(port));
  for (const port of graph.outputs) out.message(12, valueInfoProto(port));
  return out;
}

const storedAs = ({ source }: Initializer) => (source.kind === 'file' ? source.stored : undefined);
const storedName = (name: string): string => `${name}~stored`;

/** A weight that stands in its file in another dtype is written as it stands, with a Cast that the engine folds. */
const conversion = ({ name, dtype }: Initializer): Node => ({
  name: `${name}~convert`,
  op: 'Cast',
  domain: '',
  inputs: [storedName(name)],
  outputs: [name],
  attributes: attributesOf({ to: DTYPES[dtype].code }),
});

function nodeProto(node: Node, weights: WeightWriter): ProtobufWriter {
  const out = new ProtobufWriter();
  for (const name of node.inputs) out.string(1, name);
  for (const name of node.outputs) out.string(2, name);
  out.string(3, node.name).string(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) out.message(5, attributeProto(name, attribute, weights));
  if (node.domain) out.string(7, node.domain);
  return out;
}

function attributeProto(name: string, attribute: Attribute, weights: WeightWriter): ProtobufWriter {
  const out = new ProtobufWriter().string(1, name);
  switch (attribute.type) {
    case 'float':
      out.float(2, attribute.value);
      break;
    case 'int':
      out.int(3, attribute.value);
      break;
    case 'string':
      out.string(4, attribute.value);
      break;
    case 'tensor':
      out.message(5, tensorProto(attribute.value, weights));
      break;
    case 'graph':
      out.message(6, graphProto(attribute.value, weights));
      break;
    case 'floats':
      out.floats(7, attribute.value);
      break;
    case 'ints':
      out.ints(8, attribute.value);
      break;
    case 'strings':
      for (const value of attribute.value) out.string(9, value);
      break;
  }
  return out.int(20, ATTRIBUTE_TYPE[attribute.type]);
}

function tensorProto(initializer: Initializer, weights: WeightWriter): ProtobufWriter {
  const { dims, source } = initializer;
  const stored = storedAs(initializer);
  const dtype = stored ?? initializer.dtype;
  const name = stored ? storedName(initializer.name) : initializer.name;
  const out = new ProtobufWriter();
  if (dims.length) out.ints(1, dims);
  out.int(2, DTYPES[dtype].code).string(8, name);
  if (source.kind === 'memory') {
    const t = source.tensor;
    if (t.dtype === 'string') for (const value of t.data as string[]) out.bytes(6, utf8.encode(value));
    else out.bytes(9, toBytes(t));
    return out;
  }
  if (source.kind === 'raw') return out.bytes(9, source.bytes);
  const written = weights({ ...initializer, source });
  if ('bytes' in written) return out.bytes(9, written.bytes);
  const entry = (key: string, value: string) => out.message(13, new ProtobufWriter().string(1, key).string(2, value));
  entry('location', written.reference);
  entry('offset', String(source.offset));
  entry('length', String(source.length));
  return out.int(14, 1);
}

function valueInfoProto(port: Port): ProtobufWriter {
  const tensorType = new ProtobufWriter();
  if (port.dtype) tensorType.int(1, DTYPES[port.dtype].code);
  if (port.shape) {
    const shape = new ProtobufWriter();
    for (const dim of port.shape) {
      const d = new ProtobufWriter();
      if (typeof dim === 'number') d.int(1, dim);
      else d.string(2, dim);
      shape.message(1, d);
    }
    tensorType.message(2, shape);
  }
  const out = new ProtobufWriter().string(1, port.name);
  return port.dtype ? out.message(2, new ProtobufWriter().message(1, tensorType)) : out;
}
