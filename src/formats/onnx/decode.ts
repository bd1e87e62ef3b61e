import type { Attribute, Graph, Initializer, Node, Port, ValueInfo } from '../../graph/graph.ts';
import { dtypeFromCode } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Dim } from '../../tensor/shape.ts';
import { withFile } from '../containers/byteSource.ts';
import { ProtobufReader } from '../containers/protobuf.ts';
import type { FunctionBody, FunctionNode, OnnxModel } from './model.ts';
import { modulePath } from './modulePath.ts';
import { readTensor } from './tensorProto.ts';

/**
 * Reads an .onnx file as it is: nodes of the file's own opset, weights as places in the file.
 * @throws InspectumError 'missing', 'corrupt', 'refused' (external data outside of the model's folder) or 'unsupported'
 */
export function decodeOnnx(path: string): OnnxModel {
  return withFile(path, (source) => {
    if (source.size === 0) throw new InspectumError('corrupt', `${path}: is empty.`);
    if (!looksLikeModel(source.read(0, Math.min(64, source.size))))
      throw new InspectumError(
        'corrupt',
        `${path}: is not an ONNX model (its first bytes are not those of one). Was another file renamed, or a pointer of Git LFS not fetched?`,
      );
    return new Decoder(path).model(new ProtobufReader(source));
  });
}

/** ModelProto begins with ir_version (field 1, a small varint) in every writer; text and other containers do not. */
function looksLikeModel(head: Uint8Array): boolean {
  const [first, second] = head;
  if (first === 0x08) return second !== undefined && second < 0x80;
  return first === 0x12 || first === 0x3a || first === 0x42;
}

/** Reads one message by a table of fields; others are skipped. */
function read(message: ProtobufReader, fields: Record<number, (message: ProtobufReader) => void>): void {
  for (let field = message.next(); field !== undefined; field = message.next()) {
    const reader = fields[field];
    if (reader) reader(message);
    else message.skip();
  }
}

class Decoder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  model(message: ProtobufReader): OnnxModel {
    let irVersion = 0;
    let producer = '';
    let graph: Graph | undefined;
    const metadata = new Map<string, string>();
    const opsets = new Map<string, number>();
    const functions: FunctionBody[] = [];
    read(message, {
      1: (m) => {
        irVersion = m.int();
      },
      2: (m) => {
        producer = `${m.string()} ${producer}`.trim();
      },
      3: (m) => {
        producer = `${producer} ${m.string()}`.trim();
      },
      7: (m) => {
        graph = this.graph(m.message());
      },
      8: (m) => this.opset(m.message(), opsets),
      14: (m) => this.entry(m.message(), metadata),
      25: (m) => functions.push(this.function(m.message())),
    });
    if (!graph) throw new InspectumError('corrupt', `${this.#path}: holds no graph. It is not an ONNX model, or it is truncated.`);
    const domains = new Map([...opsets].filter(([domain]) => domain !== ''));
    return { path: this.#path, irVersion, producer, metadata, opsets, functions, graph: { ...graph, domains } };
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
        const t = readTensor(m.message(), this.#path);
        initializers.set(t.name, t);
      },
      11: (m) => inputs.push(this.valueInfo(m.message())),
      12: (m) => outputs.push(this.valueInfo(m.message())),
      13: (m) => {
        const { name: value, ...info } = this.valueInfo(m.message());
        values.set(value, info);
      },
      15: () => {
        throw new InspectumError(
          'unsupported',
          `${this.#path}: has sparse initializers, which are not supported. Save the model with dense weights.`,
        );
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

  node(message: ProtobufReader): FunctionNode {
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes: Record<string, Attribute> = {};
    const references: Record<string, string> = {};
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
        if (typeof value === 'string') references[key] = value;
        else attributes[key] = value;
      },
      7: (m) => {
        domain = m.string();
      },
      9: (m) => this.entry(m.message(), metadata),
    });
    const module = modulePath(name, metadata);
    return {
      name,
      op,
      domain: domain === 'ai.onnx' ? '' : domain,
      inputs,
      outputs,
      attributes,
      references,
      ...(module !== undefined && { module }),
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
        int = m.int();
        written = 2;
      },
      4: (m) => {
        string = m.string();
        written = 3;
      },
      5: (m) => {
        single = { type: 'tensor', value: readTensor(m.message(), this.#path) };
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
      7: () => ({ type: 'ints', value: ints.map(Number) }),
      8: () => ({ type: 'strings', value: strings }),
    };
    // Files of ONNX's first year have no type: the field that is written tells.
    const value = single ?? byType[type || written]?.();
    if (!value) throw new InspectumError('unsupported', `${this.#path}: attribute ${name} has the type ${type}, which is not supported.`);
    return [name, value];
  }

  function(message: ProtobufReader): FunctionBody {
    let name = '';
    let domain = '';
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes: string[] = [];
    const defaults: Record<string, Attribute> = {};
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
        if (typeof value !== 'string') defaults[key] = value;
      },
    });
    return { name, domain, inputs, outputs, attributes, defaults, nodes: named(nodes), opsets };
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
        read(m.message(), { 1: (dim) => dims.push(this.dimension(dim.message(), dims.length)) });
        shape = dims;
      },
    });
    const dtype = dtypeFromCode(code);
    return { ...(dtype && { dtype }), ...(shape && { shape }) };
  }

  /** A dimension without value or name, or with a nonsensical value, gets a symbol of its own by its axis. */
  dimension(message: ProtobufReader, axis: number): Dim {
    let dim: Dim = ANONYMOUS[axis] ?? `d${axis}`;
    read(message, {
      1: (m) => {
        const value = m.int();
        if (value > 0) dim = value;
      },
      2: (m) => {
        dim = m.string() || dim;
      },
    });
    return dim;
  }
}

const ANONYMOUS: readonly string[] = ['batch'];

/** Nodes without a name get one from operator and position; a name that is taken gets a number. */
function named<N extends Node>(nodes: readonly N[]): N[] {
  const taken = new Set<string>();
  return nodes.map((node, i) => {
    const wanted = node.name || `${node.op}_${i}`;
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`;
    taken.add(name);
    return name === node.name ? node : { ...node, name };
  });
}
