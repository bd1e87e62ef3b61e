import { ProtobufWriter } from '../../../src/graph/serialize/protobufWriter.ts';

/** Small ONNX files, field by field, as no exporter writes them. Field numbers are those of onnx.proto. */

const message = (): ProtobufWriter => new ProtobufWriter();

export interface TensorFields {
  readonly name: string;
  readonly dims: readonly (number | bigint)[];
  readonly code?: number;
  readonly raw?: Uint8Array;
  readonly external?: Readonly<Record<string, string>>;
}

export function tensorProto({ name, dims, code = 1, raw, external }: TensorFields): ProtobufWriter {
  const tensor = message().ints(1, dims).int(2, code).string(8, name);
  if (raw) tensor.bytes(9, raw);
  for (const [key, value] of Object.entries(external ?? {})) tensor.message(13, message().string(1, key).string(2, value));
  return external ? tensor.int(14, 1) : tensor;
}

export interface NodeFields {
  readonly name?: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly scopes?: readonly string[];
  readonly attributes?: readonly ProtobufWriter[];
}

export function nodeProto({ name = '', op, inputs, outputs, scopes, attributes = [] }: NodeFields): ProtobufWriter {
  const node = message();
  for (const input of inputs) node.string(1, input);
  for (const output of outputs) node.string(2, output);
  node.string(3, name).string(4, op);
  for (const attribute of attributes) node.message(5, attribute);
  const text = scopes && `[${scopes.map((scope) => `'${scope}'`).join(', ')}]`;
  return text ? node.message(9, message().string(1, 'pkg.torch.onnx.name_scopes').string(2, text)) : node;
}

export function port(name: string, dims: readonly (number | bigint)[], code = 1): ProtobufWriter {
  const shape = message();
  for (const dim of dims) shape.message(1, message().int(1, dim));
  return message()
    .string(1, name)
    .message(2, message().message(1, message().int(1, code).message(2, shape)));
}

export interface ModelFields {
  readonly nodes?: readonly NodeFields[];
  readonly tensors?: readonly TensorFields[];
  readonly inputs?: readonly ProtobufWriter[];
  readonly outputs?: readonly ProtobufWriter[];
}

const ONE_NODE: readonly NodeFields[] = [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }];

/** A file of opset 17; without more it is y = Relu(x) of shape [1, 2]. */
export function modelFile({ nodes = ONE_NODE, tensors = [], inputs = [port('x', [1, 2])], outputs = [port('y', [1, 2])] }: ModelFields) {
  const graph = message();
  for (const node of nodes) graph.message(1, nodeProto(node));
  graph.string(2, 'hostile');
  for (const tensor of tensors) graph.message(5, tensorProto(tensor));
  for (const input of inputs) graph.message(11, input);
  for (const output of outputs) graph.message(12, output);
  return message().int(1, 10).message(7, graph).message(8, message().string(1, '').int(2, 17)).finish();
}
