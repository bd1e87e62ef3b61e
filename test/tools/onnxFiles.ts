import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { withFile } from '../../src/formats/containers/byteSource.ts';
import { ProtobufReader } from '../../src/formats/containers/protobuf.ts';
import { readTensor } from '../../src/formats/onnx/tensorProto.ts';
import type { Port } from '../../src/graph/graph.ts';
import { readInitializer } from '../../src/graph/weights.ts';
import { fromNumbers } from '../../src/tensor/fromNumbers.ts';
import { isMemoryDType, type MemoryDType, sizeOf, type Tensor, tensor, toNumbers } from '../../src/tensor/tensor.ts';

export type Tensors = Readonly<Record<string, Tensor>>;

/** Runs an .onnx file as it is on ONNX Runtime. */
export async function runFile(file: string, feeds: Tensors): Promise<Tensors> {
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 4, executionProviders: ['cpu'] });
  try {
    const ortFeeds = Object.fromEntries(
      Object.entries(feeds).map(([name, t]) => [name, new ort.Tensor(t.dtype as ort.Tensor.Type, t.data as never, t.dims)]),
    );
    const outputs = await session.run(ortFeeds);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, t]) => [
        name,
        tensor(t.type as MemoryDType, (t as ort.Tensor).dims, (t as ort.Tensor).data as never),
      ]),
    );
  } finally {
    await session.release();
  }
}

/** A TensorProto in a file of its own, as ONNX's test data has it. */
export function readTensorFile(file: string): Tensor {
  return withFile(file, (source) => readInitializer(readTensor(new ProtobufReader(source), { path: file, real: file })));
}

/** Reproducible values for an input; symbolic dims become `symbolic`. */
export function randomFeed(port: Port, symbolic = 1): Tensor {
  const { dtype } = port;
  if (!dtype || !isMemoryDType(dtype) || dtype === 'string') throw new Error(`input ${port.name} has the type ${dtype}`);
  const dims = (port.shape ?? []).map((d) => (typeof d === 'number' ? d : symbolic));
  let state = 12345;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const isFloat = dtype.includes('float');
  return fromNumbers(
    dtype,
    dims,
    Array.from({ length: sizeOf(dims) }, () => (isFloat ? next() * 2 - 1 : Math.floor(next() * 3))),
  );
}

/** The largest difference relative to the largest value, over all outputs; a reason where they cannot be compared. */
export function difference(actual: Tensors, expected: Tensors): number | string {
  let worst = 0;
  for (const [name, wanted] of Object.entries(expected)) {
    const got = actual[name];
    if (!got) return `output ${name} is missing`;
    if (got.dtype !== wanted.dtype) return `output ${name} is ${got.dtype}, not ${wanted.dtype}`;
    if (got.dims.join() !== wanted.dims.join()) return `output ${name} is [${got.dims}], not [${wanted.dims}]`;
    if (wanted.dtype === 'string') {
      if ((got.data as string[]).join('\0') !== (wanted.data as string[]).join('\0')) return `output ${name} has other strings`;
      continue;
    }
    const [a, b] = [toNumbers(got), toNumbers(wanted)];
    const scale = b.reduce((largest, v) => (Number.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest), 1e-30);
    for (let i = 0; i < b.length; i++)
      if (!Object.is(a[i], b[i])) worst = Math.max(worst, distance(a[i] as number, b[i] as number) / scale);
  }
  return worst;
}

function distance(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const d = Math.abs(a - b);
  return Number.isNaN(d) ? Number.POSITIVE_INFINITY : d;
}

/** Every .onnx file in a folder and its folders. */
export function onnxFilesIn(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const entry = path.join(folder, name);
      if (statSync(entry).isDirectory()) return onnxFilesIn(entry);
      return name.endsWith('.onnx') ? [entry] : [];
    });
}

/** The first data set beside a model of ONNX's operator tests: inputs and expected outputs in order. */
export function testDataBeside(file: string): { inputs: string[]; outputs: string[] } | undefined {
  const folder = path.join(path.dirname(file), 'test_data_set_0');
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  const files = (prefix: string): string[] =>
    names
      .filter((name) => name.startsWith(prefix))
      .sort((a, b) => numberIn(a) - numberIn(b))
      .map((name) => path.join(folder, name));
  return { inputs: files('input_'), outputs: files('output_') };
}

const numberIn = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
