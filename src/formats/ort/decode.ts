import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { Attribute, Graph, Initializer, Node, Port, ValueInfo } from '../../graph/graph.ts';
import { named } from '../../graph/names.ts';
import { sortNodes } from '../../graph/validate.ts';
import { dtypeFromCode } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Dim } from '../../tensor/shape.ts';
import { sizeOf, tensor } from '../../tensor/tensor.ts';
import { withFile } from '../containers/byteSource.ts';
import { type FlatBufferTable, rootTable } from '../containers/flatbuffers.ts';
import { describeContent } from '../containers/signature.ts';
import { externalTensor, type ModelFile } from '../onnx/externalData.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { moduleOfNode } from '../onnx/modulePath.ts';
import { OPEN, statedExtent, withBatch } from '../onnx/ports.ts';
import { SparseWeights } from '../onnx/sparse.ts';
import { checkBytes, tensorInfo } from '../onnx/tensorInfo.ts';
import { exact } from '../onnx/wholeNumbers.ts';
import * as S from './schema.ts';

const IDENTIFIER = 'ORTM';
/** Versions of the format differ in what they say of kernels, which is not read; 6 is the newest. */
const VERSIONS: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5', '6']);

/**
 * Reads an .ort file, ONNX Runtime's own format, as it is: a graph of ONNX's operators in FlatBuffers, optimised for one kind of machine
 * or not. Functions are inlined there already, and nodes have no metadata. Weights are places in the file.
 * @throws InspectumError 'missing', 'corrupt', 'refused' (external data outside of the model's folder) or 'unsupported'
 */
export function decodeOrt(path: string): OnnxModel {
  return withFile(path, (source) => {
    const head = source.read(0, Math.min(64, source.size));
    if (Buffer.from(head.subarray(4, 8)).toString('latin1') !== IDENTIFIER) {
      const known = describeContent(head);
      throw new InspectumError(
        'corrupt',
        `${path}: is not a model in ONNX Runtime's format${known === undefined ? '' : `; it is ${known}`}. Was another file renamed?`,
      );
    }
    return new Decoder({ path, real: realpathSync(path) }).model(rootTable(source));
  });
}

class Decoder {
  readonly #file: ModelFile;
  readonly #sparse: SparseWeights;

  constructor(file: ModelFile) {
    this.#file = file;
    this.#sparse = new SparseWeights(file.path);
  }

  model(session: FlatBufferTable): OnnxModel {
    const { path } = this.#file;
    const version = session.string(S.SESSION.version) ?? '';
    if (!VERSIONS.has(version))
      throw new InspectumError(
        'unsupported',
        `${path}: is of version ${version || 'unknown'} of ONNX Runtime's format; versions ${[...VERSIONS].join(', ')} are read. Open the .onnx file that it was made from.`,
      );
    const model = session.table(S.SESSION.model);
    const graph = model?.table(S.MODEL.graph);
    if (!model || !graph) throw new InspectumError('corrupt', `${path}: holds no graph.`);
    const opsets = new Map(
      model
        .tables(S.MODEL.opsets)
        .map((t) => [standardDomain(t.string(S.OPSET_ID.domain)), exact(t.scalar(S.OPSET_ID.version, 'int64', 0n))] as const),
    );
    const read = this.graph(graph);
    return {
      path,
      irVersion: exact(model.scalar(S.MODEL.irVersion, 'int64', 0n)),
      producer: `${model.string(S.MODEL.producer) ?? ''} ${model.string(S.MODEL.producerVersion) ?? ''}`.trim(),
      metadata: new Map(model.tables(S.MODEL.metadata).map((t) => [t.string(S.ENTRY.key) ?? '', t.string(S.ENTRY.value) ?? ''])),
      opsets,
      functions: [],
      graph: { ...read, inputs: read.inputs.map(withBatch) },
    };
  }

  /** Nodes in the order of computation: the file's is that in which the optimiser made them. */
  graph(table: FlatBufferTable): Graph {
    const weights = [
      ...table.tables(S.GRAPH.initializers).map((t) => this.tensor(t)),
      ...table.tables(S.GRAPH.sparse).map((t) => this.sparse(t)),
    ];
    const values = new Map(table.tables(S.GRAPH.values).map((t) => [t.string(S.VALUE.name) ?? '', typeOf(t)]));
    const initializers = new Map(weights.map((weight) => [weight.name, weight]));
    const port = (name: string): Port => ({ name, ...values.get(name) });
    return sortNodes({
      name: '',
      nodes: named(table.tables(S.GRAPH.nodes).map((t) => this.node(t))),
      initializers,
      inputs: table
        .strings(S.GRAPH.inputs)
        .filter((name) => !initializers.has(name))
        .map(port),
      outputs: table.strings(S.GRAPH.outputs).map(port),
      values,
      domains: new Map(),
    });
  }

  node(table: FlatBufferTable): Node {
    const node = {
      name: table.string(S.NODE.name) ?? '',
      op: table.string(S.NODE.op) ?? '',
      inputs: table.strings(S.NODE.inputs),
      outputs: table.strings(S.NODE.outputs),
    };
    const module = moduleOfNode(node.name, node.outputs);
    return {
      ...node,
      domain: standardDomain(table.string(S.NODE.domain)),
      attributes: Object.fromEntries(table.tables(S.NODE.attributes).map((t) => this.attribute(t))),
      ...(module !== undefined && { module }),
    };
  }

  attribute(table: FlatBufferTable): [string, Attribute] {
    const name = table.string(S.ATTRIBUTE.name) ?? '';
    const type = table.scalar(S.ATTRIBUTE.type, 'int32', 0);
    const value = this.#attributeValue(table, type);
    if (!value)
      throw new InspectumError('unsupported', `${this.#file.path}: attribute ${name} has the type ${type}, which is not supported.`);
    return [name, value];
  }

  #attributeValue(table: FlatBufferTable, type: number): Attribute | undefined {
    const inner = (field: number): FlatBufferTable => {
      const value = table.table(field);
      if (!value) throw new InspectumError('corrupt', `${this.#file.path}: attribute ${table.string(S.ATTRIBUTE.name)} has no value.`);
      return value;
    };
    switch (type) {
      case 1:
        return { type: 'float', value: table.scalar(S.ATTRIBUTE.float, 'float32', 0) };
      case 2:
        return { type: 'int', value: exact(table.scalar(S.ATTRIBUTE.int, 'int64', 0n)) };
      case 3:
        return { type: 'string', value: table.string(S.ATTRIBUTE.string) ?? '' };
      case 4:
        return { type: 'tensor', value: this.tensor(inner(S.ATTRIBUTE.tensor)) };
      case 5:
        return { type: 'graph', value: this.graph(inner(S.ATTRIBUTE.graph)) };
      case 6:
        return { type: 'floats', value: table.scalars(S.ATTRIBUTE.floats, 'float32') };
      case 7:
        return { type: 'ints', value: table.scalars(S.ATTRIBUTE.ints, 'int64').map(exact) };
      case 8:
        return { type: 'strings', value: table.strings(S.ATTRIBUTE.strings) };
      default:
        return undefined;
    }
  }

  tensor(table: FlatBufferTable): Initializer {
    const { path: modelPath, real } = this.#file;
    const name = table.string(S.TENSOR.name) ?? '';
    const info = tensorInfo(modelPath, name, table.scalar(S.TENSOR.dtype, 'int32', 0), table.scalars(S.TENSOR.dims, 'int64'));
    if (info.dtype === 'string') {
      const texts = table.strings(S.TENSOR.strings);
      if (texts.length !== sizeOf(info.dims))
        throw new InspectumError(
          'corrupt',
          `${modelPath}: tensor ${name} should hold ${sizeOf(info.dims)} texts, but holds ${texts.length}.`,
        );
      return { ...info, source: { kind: 'memory', tensor: tensor('string', info.dims, texts) } };
    }
    const offset = table.scalar(S.TENSOR.external, 'int64', -1n);
    const raw = table.span(S.TENSOR.raw);
    // Where the weights are not in the file they are in the one beside it that bears its name.
    if (!raw && offset >= 0n)
      return externalTensor(
        info,
        new Map([
          ['location', `${path.basename(modelPath)}.data`],
          ['offset', `${offset}`],
        ]),
        this.#file,
      );
    checkBytes(modelPath, info, raw?.length ?? 0);
    return { ...info, source: { kind: 'file', path: real, ...(raw ?? { offset: 0, length: 0 }) } };
  }

  sparse(table: FlatBufferTable): Initializer {
    const part = (field: number): Initializer | undefined => {
      const inner = table.table(field);
      return inner && this.tensor(inner);
    };
    return this.#sparse.dense(part(S.SPARSE.values), part(S.SPARSE.indices), table.scalars(S.SPARSE.dims, 'int64'));
  }
}

const standardDomain = (domain: string | undefined): string => (domain === undefined || domain === 'ai.onnx' ? '' : domain);

const TENSOR_TYPE = 1;

/** What the file states of a value; nothing of sequences and maps. */
function typeOf(value: FlatBufferTable): ValueInfo {
  const type = value.table(S.VALUE.type);
  const tensorType = type?.scalar(S.TYPE.kind, 'uint8', 0) === TENSOR_TYPE ? type.table(S.TYPE.value) : undefined;
  if (!tensorType) return {};
  const dtype = dtypeFromCode(tensorType.scalar(S.TENSOR_TYPE.dtype, 'int32', 0));
  const shape = tensorType.table(S.TENSOR_TYPE.shape)?.tables(S.SHAPE.dims).map(dimensionOf);
  return { ...(dtype && { dtype }), ...(shape && { shape }) };
}

const DIMENSION_KINDS = { extent: 1, symbol: 2 } as const;

function dimensionOf(dimension: FlatBufferTable): Dim {
  const value = dimension.table(S.DIMENSION.value);
  switch (value?.scalar(S.DIMENSION_VALUE.kind, 'int8', 0)) {
    case DIMENSION_KINDS.extent:
      return statedExtent(value.scalar(S.DIMENSION_VALUE.extent, 'int64', 0n));
    case DIMENSION_KINDS.symbol:
      return value.string(S.DIMENSION_VALUE.symbol) || OPEN;
    default:
      return OPEN;
  }
}
