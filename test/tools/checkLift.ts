/**
 * Lifts every .onnx file of a folder and compares what ONNX Runtime computes before and after.
 *
 *   node test/tools/checkLift.ts <folder> [--all]
 *
 * With ONNX's own operator tests beside the model (test_data_set_0) their inputs and outputs are used, else random inputs.
 * A file that ONNX Runtime does not load is compared with the expected outputs, where there are some.
 */
import path from 'node:path';
import { onnxRuntime } from '../../src/engines/onnxruntime/engine.ts';
import { decodeOnnx } from '../../src/formats/onnx/decode.ts';
import { lift } from '../../src/formats/onnx/lift.ts';
import { validateGraph } from '../../src/graph/validate.ts';
import { InspectumError } from '../../src/tensor/errors.ts';
import { difference, onnxFilesIn, randomFeed, readTensorFile, runFile, type Tensors, testDataBeside } from './onnxFiles.ts';

interface Outcome {
  /** "same" and "close" are good; "refused by both" is ONNX Runtime's own limit. */
  readonly verdict: 'same' | 'close' | 'DIFFERENT' | 'LIFT FAILS' | 'LOST' | 'refused by both' | 'not comparable';
  readonly detail: string;
}

const short = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replaceAll('\n', ' ').slice(0, 260);

async function check(file: string): Promise<Outcome> {
  let graph: ReturnType<typeof lift>;
  let ports: ReturnType<typeof decodeOnnx>['graph'];
  try {
    const model = decodeOnnx(file);
    ports = model.graph;
    graph = lift(model);
    validateGraph(graph);
  } catch (error) {
    return { verdict: 'LIFT FAILS', detail: `${error instanceof InspectumError ? error.kind : 'CRASH'}: ${short(error)}` };
  }
  let feeds: Tensors;
  let expected: Tensors | undefined;
  try {
    const data = testDataBeside(file);
    feeds = Object.fromEntries(
      data
        ? data.inputs.map((f, i) => [ports.inputs[i]?.name ?? '', readTensorFile(f)])
        : ports.inputs.map((port) => [port.name, randomFeed(port)]),
    );
    if (data) expected = Object.fromEntries(data.outputs.map((f, i) => [ports.outputs[i]?.name ?? '', readTensorFile(f)]));
  } catch (error) {
    return { verdict: 'not comparable', detail: short(error) };
  }
  let before: Tensors | undefined;
  let refusal = '';
  try {
    before = await runFile(file, feeds);
  } catch (error) {
    refusal = short(error);
  }
  try {
    const session = await onnxRuntime.createSession(graph);
    const after = await session.run(feeds);
    await session.release();
    const reference = before ?? expected;
    if (!reference) return { verdict: 'same', detail: `runs, though ONNX Runtime refuses the file: ${refusal}` };
    const d = difference(after, reference);
    const suffix = before ? '' : ` (expected outputs; ONNX Runtime refuses the file: ${refusal})`;
    if (typeof d === 'string') return { verdict: 'DIFFERENT', detail: d + suffix };
    if (d === 0) return { verdict: 'same', detail: suffix };
    return { verdict: d < 1e-5 ? 'close' : 'DIFFERENT', detail: `${d.toExponential(1)}${suffix}` };
  } catch (error) {
    return { verdict: before ? 'LOST' : 'refused by both', detail: short(error) };
  }
}

const [folder, all] = process.argv.slice(2);
if (!folder) throw new Error('usage: node test/tools/checkLift.ts <folder> [--all]');
const counts = new Map<string, number>();
for (const file of onnxFilesIn(folder)) {
  const { verdict, detail } = await check(file);
  counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const isGood = verdict === 'same' || verdict === 'close';
  if (all || !isGood) console.log(`${verdict}\t${path.relative(folder, file)}\t${detail}`);
}
console.log([...counts].map(([verdict, n]) => `${n} ${verdict}`).join(', '));
