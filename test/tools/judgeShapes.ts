/**
 * Judges shape inference by files: node test/tools/judgeShapes.ts <folder of ONNX's node tests | model.onnx>...
 * A folder with test_data_set_0 is a case: its integer inputs become constants, the outputs' stated shapes are taken away, and what
 * is inferred is compared with the expected outputs. A model is run on ONNX Runtime with every value as an output.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { onnxRuntime } from '../../src/engines/onnxruntime/engine.ts';
import { withFile } from '../../src/formats/containers/byteSource.ts';
import { ProtobufReader } from '../../src/formats/containers/protobuf.ts';
import { readModel } from '../../src/formats/index.ts';
import { readTensor } from '../../src/formats/onnx/tensorProto.ts';
import type { Graph, Initializer } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/inferShapes.ts';
import { type DType, isFloat } from '../../src/tensor/dtype.ts';
import { InspectumError } from '../../src/tensor/errors.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { sizeOf, type Tensor, tensor } from '../../src/tensor/tensor.ts';

type Verdict = 'exact' | 'symbolic' | 'unknown' | 'wrong' | 'unread';

const readPb = (path: string): Initializer => withFile(path, (source) => readTensor(new ProtobufReader(source), { path, real: path }));

/** Whether an inferred shape says what the actual one is: symbols stand for any extent. */
function verdictOf(inferred: Shape | undefined, actual: readonly number[]): Verdict {
  if (!inferred) return 'unknown';
  if (inferred.length !== actual.length || inferred.some((d, i) => typeof d === 'number' && d !== actual[i])) return 'wrong';
  return inferred.some((d) => typeof d === 'string') ? 'symbolic' : 'exact';
}

function judgeCase(folder: string): { verdict: Verdict; note: string } {
  const { graph } = readModel(join(folder, 'model.onnx'));
  const data = join(folder, 'test_data_set_0');
  const files = readdirSync(data);
  const initializers = new Map(graph.initializers);
  const shapes = new Map<string, Shape>();
  graph.inputs.forEach((port, i) => {
    const file = files.find((f) => f === `input_${i}.pb`);
    if (!file) return;
    const tensor = { ...readPb(join(data, file)), name: port.name };
    shapes.set(port.name, tensor.dims);
    if (!isFloat(tensor.dtype) || tensor.dims.length < 2) initializers.set(port.name, tensor);
  });
  const bare: Graph = {
    ...graph,
    initializers,
    inputs: graph.inputs.filter((p) => !initializers.has(p.name)),
    outputs: graph.outputs.map(({ name }) => ({ name })),
    values: new Map(),
  };
  const { graph: inferred, problems } = inferShapes(bare, shapes);
  const order: Verdict[] = ['exact', 'symbolic', 'unknown', 'wrong'];
  let verdict: Verdict = 'exact';
  const notes = problems.map((p) => p.message);
  inferred.outputs.forEach((port, i) => {
    if (!files.includes(`output_${i}.pb`)) return;
    const expected = readPb(join(data, `output_${i}.pb`));
    const one = port.dtype !== undefined && port.dtype !== expected.dtype ? 'wrong' : verdictOf(port.shape, expected.dims);
    if (order.indexOf(one) > order.indexOf(verdict)) verdict = one;
    if (one !== 'exact') notes.push(`${port.name}: ${port.dtype} [${port.shape}] for ${expected.dtype} [${expected.dims}]`);
  });
  return { verdict, note: `${graph.nodes.map((n) => n.op).join(' ')}: ${notes.join('; ')}` };
}

/** Every value of a lifted model against what ONNX Runtime makes of it, once as the file is and once with numbers for its inputs. */
async function judgeModel(file: string): Promise<{ verdicts: Verdict[]; notes: string[] }> {
  const { graph } = readModel(file);
  const stated: Graph = { ...graph, values: new Map(), outputs: graph.outputs.map(({ name }) => ({ name })) };
  const open = inferShapes(stated).graph;
  const shapes = new Map(
    open.inputs.map(({ name, shape }) => [name, (shape ?? []).map((d, i) => (typeof d === 'number' ? d : (OPEN[i] ?? 8)))]),
  );
  const fixed = inferShapes(stated, shapes).graph;
  const tensors = fixed.nodes.flatMap((node) => node.outputs).filter((name) => name !== '' && fixed.values.get(name)?.dtype);
  const session = await onnxRuntime.createSession({ ...fixed, outputs: tensors.map((name) => ({ name, ...fixed.values.get(name) })) });
  try {
    const feeds = fixed.inputs.map(({ name, dtype }) => [name, ones(dtype, shapes.get(name) ?? [])] as const);
    const results = await session.run(Object.fromEntries(feeds));
    const verdicts = tensors.flatMap((name) => {
      const dims = results[name]?.dims ?? [];
      return [verdictOf(open.values.get(name)?.shape, dims), verdictOf(fixed.values.get(name)?.shape, dims)];
    });
    const notes = tensors.flatMap((name) => {
      const { shape } = fixed.values.get(name) ?? {};
      const dims = results[name]?.dims ?? [];
      return verdictOf(shape, dims) === 'exact' ? [] : [`${name}: [${shape}] for [${dims}]`];
    });
    return { verdicts, notes };
  } finally {
    await session.release();
  }
}

/** Extents for open dims: batch 2, then sizes that are even and odd. */
const OPEN = [2, 3, 32, 33];

function ones(dtype: DType | undefined, dims: readonly number[]): Tensor {
  const size = sizeOf(dims);
  switch (dtype) {
    case 'int64':
      return tensor('int64', dims, new BigInt64Array(size).fill(1n));
    case 'int32':
      return tensor('int32', dims, new Int32Array(size).fill(1));
    case 'uint8':
      return tensor('uint8', dims, new Uint8Array(size).fill(1));
    default:
      return tensor('float32', dims, new Float32Array(size).fill(1));
  }
}

const counts: Record<Verdict, number> = { exact: 0, symbolic: 0, unknown: 0, wrong: 0, unread: 0 };
const report = (name: string, verdict: Verdict, note: string): void => {
  counts[verdict]++;
  if (verdict !== 'exact') console.log(`${verdict.padEnd(9)}${name}  ${note}`);
};

for (const argument of process.argv.slice(2)) {
  if (!statSync(argument).isDirectory()) {
    try {
      const { verdicts, notes } = await judgeModel(argument);
      for (const verdict of verdicts) counts[verdict]++;
      console.log(`${basename(argument)}: ${verdicts.length / 2} values ${notes.slice(0, 5).join('; ')}`);
    } catch (error) {
      if (!(error instanceof InspectumError)) throw error;
      report(basename(argument), 'unread', error.message);
    }
    continue;
  }
  const cases = existsSync(join(argument, 'model.onnx')) ? [argument] : readdirSync(argument).map((name) => join(argument, name));
  for (const folder of cases.sort((a, b) => a.localeCompare(b)))
    try {
      const { verdict, note } = judgeCase(folder);
      report(basename(folder), verdict, note);
    } catch (error) {
      if (!(error instanceof InspectumError)) throw error;
      report(basename(folder), 'unread', error.message);
    }
}
console.log(counts);
