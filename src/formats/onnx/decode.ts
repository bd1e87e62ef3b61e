import { realpathSync } from 'node:fs';
import type { Attribute, Graph, Initializer, Port, ValueInfo } from '../../graph/graph.ts';
import { named } from '../../graph/names.ts';
import { dtypeFromCode } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Dim } from '../../tensor/shape.ts';
import { withFile } from '../containers/byteSource.ts';
import { ProtobufReader } from '../containers/protobuf.ts';
import { describeContent } from '../containers/signature.ts';
import type { ModelFile } from './externalData.ts';
import type { FunctionBody, FunctionNode, OnnxModel } from './model.ts';
import { foldedModule, moduleOfNode } from './modulePath.ts';
import { OPEN, statedExtent, withBatch } from './ports.ts';
import { SparseWeights } from './sparse.ts';
import { readTensor } from './tensorProto.ts';
import { exact } from './wholeNumbers.ts';

/**
 * Reads an .onnx file as it is: nodes of the file's own opset, weights as places in the file.
 * @throws InspectumError 'missing', 'corrupt', 'refused' (external data outside of the model's folder) or 'unsupported'
 */
export function decodeOnnx(path: string): OnnxModel {
  return withFile(path, (source) => {
    if (source.size === 0) throw new InspectumError('corrupt', `${path}: is empty.`);
    const head = source.read(0, Math.min(64, source.size));
    const known = describeContent(head);
    if (known !== undefined) throw new InspectumError('corrupt', `${path}: is not an ONNX model; it is ${known}.`);
    if (!FIRST_KEYS.has(head[0] as number))
      throw new InspectumError('corrupt', `${path}: is not an ONNX model: its first bytes are not those of one. Was another file renamed?`);
    return new Decoder({ path, real: realpathSync(path) }).model(new ProtobufReader(source));
  });
}

/** Keys of the fields with which writers begin a ModelProto: ir_version; producer, graph or opset where that is left out. */
const FIRST_KEYS: ReadonlySet<number> = new Set([0x08, 0x12, 0x3a, 0x42]);

/** Reads one message by a table of fields; others are skipped. */
function read(message: ProtobufReader, fields: Record<number, (message: ProtobufReader) => void>): void {
  for (let field = message.next(); field !== undefined; field = message.next()) {
    const reader = fields[field];
    if (reader) reader(message);
    else message.skip();
  }
}

class Decoder {
  readonly #file: ModelFile;
  readonly #sparse: SparseWeights;

  constructor(file: ModelFile) {
    this.#file = file;
    this.#sparse = new SparseWeights(file.path);
  }

  model(message: ProtobufReader): OnnxModel {
    let irVersion = 0;
    let producer = '';
    let producerVersion = '';
    let graph: Graph | undefined;
    const metadata = new Map<string, string>();
    const opsets = new Map<string, number>();
    const functions: FunctionBody[] = [];
    read(message, {
      1: (m) => {
        irVersion = m.int();
      },
      2: (m) => {
        producer = m.string();
      },
      3: (m) => {
        producerVersion = m.string();
      },
      7: (m) => {
        graph = this.graph(m.message());
      },
      8: (m) => this.opset(m.message(), opsets),
      14: (m) => this.entry(m.message(), metadata),
      25: (m) => functions.push(this.function(m.message())),
    });
    if (!graph) throw new InspectumError('corrupt', `${this.#file.path}: holds no graph. It is not an ONNX model, or it is truncated.`);
    const domains = new Map([...opsets].filter(([domain]) => domain !== ''));
    const inputs = graph.inputs.map(withBatch);
    return {
      path: this.#file.path,
      irVersion,
      producer: `${producer} ${producerVersion}`.trim(),
      metadata,
      opsets,
      functions,
      graph: { ...graph, inputs, domains },
    };
  }

  graph(message: ProtobufReader): Graph {
    let name = '';
    const nodes: FunctionNode[] = [];
    const initializers = new Map<string, Initializer>();
    const inputs: Port[] = [];
    const outputs: Port[] = [];
    const values = new Map<string, ValueInfo>();
    read(message, {
      1: (m) => nodes.push(this.node(m.message())),
      2: (m) => {
        name = m.string();
      },
      5: (m) => {
        const t = readTensor(m.message(), this.#file);
        initializers.set(t.name, t);
      },
      11: (m) => inputs.push(this.valueInfo(m.message())),
      12: (m) => outputs.push(this.valueInfo(m.message())),
      13: (m) => {
        const { name: value, ...info } = this.valueInfo(m.message());
        values.set(value, info);
      },
      15: (m) => {
        const t = this.sparseTensor(m.message());
        initializers.set(t.name, t);
      },
    });
    return {
      name,
      nodes: named(nodes),
      initializers,
      inputs: inputs.filter((port) => !initializers.has(port.name)),
      outputs,
      values,
      domains: new Map(),
    };
  }

  sparseTensor(message: ProtobufReader): Initializer {
    let values: Initializer | undefined;
    let indices: Initializer | undefined;
    const dims: bigint[] = [];
    read(message, {
      1: (m) => {
        values = readTensor(m.message(), this.#file);
      },
      2: (m) => {
        indices = readTensor(m.message(), this.#file);
      },
      3: (m) => m.ints(dims),
    });
    return this.#sparse.dense(values, indices, dims);
  }

  node(message: ProtobufReader): FunctionNode {
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes: [string, Attribute][] = [];
    const references: [string, string][] = [];
    const metadata = new Map<string, string>();
    let name = '';
    let op = '';
    let domain = '';
    read(message, {
      1: (m) => inputs.push(m.string()),
      2: (m) => outputs.push(m.string()),
      3: (m) => {
        name = m.string();
      },
      4: (m) => {
        op = m.string();
      },
      5: (m) => {
        const [key, value] = this.attribute(m.message());
        if (typeof value === 'string') references.push([key, value]);
        else attributes.push([key, value]);
      },
      7: (m) => {
        domain = m.string();
      },
      9: (m) => this.entry(m.message(), metadata),
    });
    const folded = foldedModule(op, inputs[1], metadata);
    const module = folded ?? moduleOfNode(name, outputs, metadata);
    return {
      name,
      op,
      domain: domain === 'ai.onnx' ? '' : domain,
      inputs,
      outputs,
      attributes: Object.fromEntries(attributes),
      references: Object.fromEntries(references),
      ...(module !== undefined && { module }),
      ...(folded !== undefined && { foldedNorm: 'PyTorch' }),
    };
  }

  /** Name and value; a string instead of a value is the name of the calling function's attribute. */
  attribute(message: ProtobufReader): [string, Attribute | string] {
    let name = '';
    let reference = '';
    let type = 0;
    let written = 0;
    let int = 0;
    let float = 0;
    let string = '';
    let single: Attribute | undefined;
    const ints: bigint[] = [];
    const floats: number[] = [];
    const strings: string[] = [];
    read(message, {
      1: (m) => {
        name = m.string();
      },
      2: (m) => {
        float = m.float();
        written = 1;
      },
      3: (m) => {
        int = exact(m.int64());
        written = 2;
      },
      4: (m) => {
        string = m.string();
        written = 3;
      },
      5: (m) => {
        single = { type: 'tensor', value: readTensor(m.message(), this.#file) };
      },
      6: (m) => {
        single = { type: 'graph', value: this.graph(m.message()) };
      },
      7: (m) => {
        m.floats(floats);
        written = 6;
      },
      8: (m) => {
        m.ints(ints);
        written = 7;
      },
      9: (m) => {
        strings.push(m.string());
        written = 8;
      },
      20: (m) => {
        type = m.int();
      },
      21: (m) => {
        reference = m.string();
      },
    });
    if (reference) return [name, reference];
    const byType: Record<number, () => Attribute> = {
      1: () => ({ type: 'float', value: float }),
      2: () => ({ type: 'int', value: int }),
      3: () => ({ type: 'string', value: string }),
      6: () => ({ type: 'floats', value: floats }),
      7: () => ({ type: 'ints', value: ints.map(exact) }),
      8: () => ({ type: 'strings', value: strings }),
    };
    // Files of ONNX's first year have no type: the field that is written tells.
    const value = single ?? byType[type || written]?.();
    if (!value)
      throw new InspectumError('unsupported', `${this.#file.path}: attribute ${name} has the type ${type}, which is not supported.`);
    return [name, value];
  }

  function(message: ProtobufReader): FunctionBody {
    let name = '';
    let domain = '';
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes: string[] = [];
    const defaults: [string, Attribute][] = [];
    const nodes: FunctionNode[] = [];
    const opsets = new Map<string, number>();
    read(message, {
      1: (m) => {
        name = m.string();
      },
      4: (m) => inputs.push(m.string()),
      5: (m) => outputs.push(m.string()),
      6: (m) => attributes.push(m.string()),
      7: (m) => nodes.push(this.node(m.message())),
      9: (m) => this.opset(m.message(), opsets),
      10: (m) => {
        domain = m.string();
      },
      11: (m) => {
        const [key, value] = this.attribute(m.message());
        if (typeof value !== 'string') defaults.push([key, value]);
      },
    });
    return { name, domain, inputs, outputs, attributes, defaults: Object.fromEntries(defaults), nodes: named(nodes), opsets };
  }

  opset(message: ProtobufReader, into: Map<string, number>): void {
    let domain = '';
    let version = 0;
    read(message, {
      1: (m) => {
        domain = m.string();
      },
      2: (m) => {
        version = m.int();
      },
    });
    into.set(domain === 'ai.onnx' ? '' : domain, version);
  }

  entry(message: ProtobufReader, into: Map<string, string>): void {
    let key = '';
    let value = '';
    read(message, {
      1: (m) => {
        key = m.string();
      },
      2: (m) => {
        value = m.string();
      },
    });
    into.set(key, value);
  }

  valueInfo(message: ProtobufReader): Port {
    let name = '';
    let info: ValueInfo = {};
    read(message, {
      1: (m) => {
        name = m.string();
      },
      2: (m) => {
        read(m.message(), {
          1: (tensorType) => {
            info = this.tensorType(tensorType.message());
          },
        });
      },
    });
    return { name, ...info };
  }

  tensorType(message: ProtobufReader): ValueInfo {
    let code = 0;
    let shape: Dim[] | undefined;
    read(message, {
      1: (m) => {
        code = m.int();
      },
      2: (m) => {
        const dims: Dim[] = [];
        read(m.message(), { 1: (dim) => dims.push(this.dimension(dim.message())) });
        shape = dims;
      },
    });
    const dtype = dtypeFromCode(code);
    return { ...(dtype && { dtype }), ...(shape && { shape }) };
  }

  dimension(message: ProtobufReader): Dim {
    let dim: Dim = OPEN;
    read(message, {
      1: (m) => {
        dim = statedExtent(m.int64());
      },
      2: (m) => {
        dim = m.string() || dim;
      },
    });
    return dim;
  }
}
