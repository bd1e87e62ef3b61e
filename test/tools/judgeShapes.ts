/**
 * Judges shape inference by models: node test/tools/judgeShapes.ts <model.onnx>...
 * A model is run on ONNX Runtime with every value as an output.
 */
import { basename } from 'node:path';
import { onnxRuntime } from '../../src/engines/onnxruntime/engine.ts';
import { readModel } from '../../src/formats/index.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/inferShapes.ts';
import type { DType } from '../../src/tensor/dtype.ts';
import { InspectumError } from '../../src/tensor/errors.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { sizeOf, type Tensor, tensor } from '../../src/tensor/tensor.ts';

type Verdict = 'exact' | 'symbolic' | 'unknown' | 'wrong' | 'unread';

/** Whether an inferred shape says what the actual one is: symbols stand for any extent. */
function verdictOf(inferred: Shape | undefined, actual: readonly number[]): Verdict {
  if (!inferred) return 'unknown';
  if (inferred.length !== actual.length || inferred.some((d, i) => typeof d === 'number' && d !== actual[i])) return 'wrong';
  return inferred.some((d) => typeof d === 'string') ? 'symbolic' : 'exact';
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
for (const file of process.argv.slice(2))
  try {
    const { verdicts, notes } = await judgeModel(file);
    for (const verdict of verdicts) counts[verdict]++;
    console.log(`${basename(file)}: ${verdicts.length / 2} values ${notes.slice(0, 5).join('; ')}`);
  } catch (error) {
    if (!(error instanceof InspectumError)) throw error;
    counts.unread++;
    console.log(`${basename(file)}: ${error.message}`);
  }
console.log(counts);
