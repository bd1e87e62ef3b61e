import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { onnxRuntime } from '../../../src/engines/onnxruntime/engine.ts';
import { withFile } from '../../../src/formats/containers/byteSource.ts';
import { ProtobufReader } from '../../../src/formats/containers/protobuf.ts';
import { decodeOnnx } from '../../../src/formats/onnx/decode.ts';
import { lift } from '../../../src/formats/onnx/lift.ts';
import { readTensor } from '../../../src/formats/onnx/tensorProto.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { inFloat32 } from '../../../src/graph/float32.ts';
import { foldConstants } from '../../../src/graph/foldConstants.ts';
import type { Graph, Initializer, Port } from '../../../src/graph/graph.ts';
import { type Inference, inferShapes } from '../../../src/graph/inferShapes.ts';
import { inlineBranches } from '../../../src/graph/inlineBranches.ts';
import { resolveSequences } from '../../../src/graph/resolveSequences.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import { readInitializer } from '../../../src/graph/weights.ts';
import { DTYPES, type DType, isFloat } from '../../../src/tensor/dtype.ts';
import type { Shape } from '../../../src/tensor/shape.ts';
import { isMemoryDType, type Tensor, toFloat32 } from '../../../src/tensor/tensor.ts';
import { disagreement } from './compare.ts';

/** What a case goes through, in order. */
export const STAGES = ['read', 'lift', 'shapes', 'engine'] as const;
export type Stage = (typeof STAGES)[number];

export interface Outcome {
  /** The case's folder below the folder of all. */
  readonly name: string;
  readonly operators: readonly string[];
  /** Why a stage failed, in the product's or the engine's words; a stage that is missing passed. */
  readonly failures: Readonly<Partial<Record<Stage, string>>>;
}

/** Outputs of these are drawn at random: only dtype and shape can be compared. */
const RANDOM: ReadonlySet<string> = new Set(['Bernoulli', 'RandomNormalLike', 'RandomUniformLike']);
/** What a test says of values that are no tensors. */
export const NO_TENSOR = 'takes or gives a sequence or an optional value';

/** Runs one of ONNX's operator tests: a folder with model.onnx and test_data_set_0. Never throws. */
export async function runCase(root: string, name: string): Promise<Outcome> {
  const folder = path.join(root, name);
  const failures: Partial<Record<Stage, string>> = {};
  const attempt = async <T>(stage: Stage, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failures[stage] = (error instanceof Error ? error.message : String(error)).replaceAll(`${folder}${path.sep}`, '');
      return undefined;
    }
  };
  const skip = (after: Stage): Outcome => {
    for (const stage of STAGES.slice(STAGES.indexOf(after) + 1)) failures[stage] = failures[after] as string;
    return { name, operators, failures };
  };
  let operators: readonly string[] = [];
  const model = await attempt('read', () => decodeOnnx(path.join(folder, 'model.onnx')));
  if (!model) return skip('read');
  operators = [...new Set(model.graph.nodes.map((node) => (node.domain ? `${node.domain}:${node.op}` : node.op)))];
  const data = await attempt('read', () => new TestData(path.join(folder, 'test_data_set_0'), model.graph));
  if (!data) return skip('read');
  const graph = await attempt('lift', () => {
    const lifted = lift(model);
    validateGraph(lifted);
    return lifted;
  });
  if (!graph) return skip('lift');
  await attempt('shapes', () => judgeShapes(graph, data));
  await attempt('engine', () => judgeOutputs(graph, data));
  return { name, operators, failures };
}

/** Inputs and expected outputs by the names of the model's ports. */
class TestData {
  readonly inputs: ReadonlyMap<string, Initializer>;
  readonly outputs: ReadonlyMap<string, Initializer>;
  /** Whether ports are sequences, optional values or maps, which have no dtype of their own. */
  readonly isOpaque: boolean;

  constructor(folder: string, graph: Graph) {
    this.isOpaque = [...graph.inputs, ...graph.outputs].some((port) => port.dtype === undefined);
    const files = this.isOpaque || !existsSync(folder) ? [] : readdirSync(folder);
    const read = (ports: readonly Port[], kind: string): ReadonlyMap<string, Initializer> =>
      new Map(
        ports.flatMap(({ name }, i) => {
          const file = `${kind}_${i}.pb`;
          return files.includes(file) ? [[name, { ...tensorFile(path.join(folder, file)), name }] as const] : [];
        }),
      );
    this.inputs = read(graph.inputs, 'input');
    this.outputs = read(graph.outputs, 'output');
  }
}

const tensorFile = (file: string): Initializer =>
  withFile(file, (source) => readTensor(new ProtobufReader(source), { path: file, real: file }));

/** A graph as the product opens it. */
const opened = (graph: Graph, shapes?: ReadonlyMap<string, Shape>): Inference =>
  resolveSequences(inlineBranches(inferShapes(graph, shapes)));

/**
 * Integer inputs and vectors become constants, what the file states of its values is taken away, and what is inferred is compared
 * with the expected outputs. A symbol stands for any extent.
 */
function judgeShapes(graph: Graph, data: TestData): void {
  if (data.isOpaque) throw new Error(NO_TENSOR);
  const constants = [...data.inputs.values()].filter(({ dtype, dims }) => !isFloat(dtype) || dims.length < 2);
  const bare: Graph = {
    ...withConstants(graph, constants),
    outputs: graph.outputs.map(({ name }) => ({ name })),
    values: new Map(),
  };
  const { graph: inferred, problems } = opened(bare, new Map([...data.inputs].map(([name, { dims }]) => [name, dims])));
  for (const { name, dtype, shape } of inferred.outputs) {
    const expected = data.outputs.get(name);
    if (!expected) continue;
    const agrees =
      dtype === expected.dtype &&
      shape?.length === expected.dims.length &&
      shape.every((dim, i) => typeof dim === 'string' || dim === expected.dims[i]);
    if (agrees) continue;
    const found = shape ? `${dtype} [${shape}]` : `${dtype ?? 'a value'} of unknown shape`;
    throw new Error(
      [`${name} is inferred to be ${found}, not ${expected.dtype} [${expected.dims}]`, ...problems.map((p) => p.message)].join('; '),
    );
  }
}

const withConstants = (graph: Graph, constants: readonly Initializer[]): Graph => ({
  ...graph,
  initializers: new Map([...graph.initializers, ...constants.map((t) => [t.name, t] as const)]),
  inputs: graph.inputs.filter((port) => constants.every((t) => t.name !== port.name)),
});

/** Runs the case as the product would: in float32, its shape arithmetic done. */
async function judgeOutputs(graph: Graph, data: TestData): Promise<void> {
  if (data.isOpaque) throw new Error(NO_TENSOR);
  const { graph: whole, expected } = comparable(graph, data);
  const { graph: float32 } = inFloat32(whole);
  const ready = foldConstants(opened(float32).graph);
  const session = await onnxRuntime.createSession(ready, { threads: 1 });
  try {
    const fed = ready.inputs.map(({ name }) => [name, computed(data.inputs.get(name) as Initializer)] as const);
    const outputs = await session.run(Object.fromEntries(fed));
    const isRandom = graph.nodes.some((node) => RANDOM.has(node.op));
    for (const [name, wanted] of expected) {
      const actual = outputs[name];
      const stated = typeof wanted === 'string' ? outputs[wanted] : computed(wanted);
      if (!actual || !stated) throw new Error(`the output ${name} is missing`);
      const fault = disagreement(actual, stated, { dtype: data.outputs.get(name)?.dtype as DType, onlyForm: isRandom });
      if (fault) throw new Error(`${name} ${fault}`);
    }
  } finally {
    await session.release();
  }
}

/** A value as it is fed and fetched: floats of other widths are float32. */
function computed(value: Initializer): Tensor {
  const t = readInitializer(value);
  return isFloat(t.dtype) ? toFloat32(t) : t;
}

/**
 * The graph with what cannot cross the boundary of onnxruntime-node kept inside: inputs of such types (float8, 4-bit integers) are
 * constants, outputs are cast to float32, as are the expected ones.
 * @returns for each output the expected value, or the name of the output that holds it
 */
function comparable(graph: Graph, { inputs, outputs }: TestData): { graph: Graph; expected: ReadonlyMap<string, Initializer | string> } {
  const crosses = ({ dtype }: Initializer): boolean => isMemoryDType(dtype);
  const builder = new GraphBuilder(
    withConstants(
      graph,
      [...inputs.values()].filter((t) => !crosses(t)),
    ),
  );
  const expected = new Map<string, Initializer | string>();
  const given = builder.outputs;
  builder.outputs = [];
  for (const port of given) {
    const wanted = outputs.get(port.name);
    if (!wanted) continue;
    if (crosses(wanted)) {
      builder.outputs.push(port);
      expected.set(port.name, wanted);
      continue;
    }
    const constant = builder.fresh(`${port.name} expected`);
    builder.initializers.set(constant, { ...wanted, name: constant });
    const [actual, stated] = [port.name, constant].map((value) => builder.op('Cast', [value], { to: DTYPES.float32.code })) as [
      string,
      string,
    ];
    const info = { dtype: 'float32', ...(port.shape && { shape: port.shape }) } as const;
    builder.outputs.push({ name: actual, ...info }, { name: stated, ...info });
    expected.set(actual, stated);
  }
  return { graph: builder.build(), expected };
}
