import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { onnxRuntime } from '../../../src/engines/onnxruntime/engine.ts';
import { readModel } from '../../../src/formats/index.ts';
import type { FileRange, Initializer } from '../../../src/graph/graph.ts';
import { ProtobufWriter } from '../../../src/graph/serialize/protobufWriter.ts';
import { readInitializer } from '../../../src/graph/weights.ts';
import { floats } from '../../../src/tensor/tensor.ts';
import { modelFile, nodeProto, port, tensorProto } from './hostile.ts';
import { temporaryFolder } from './models.ts';

/** Enough for the engine to map the weight from its file instead of getting its bytes. */
const COUNT = 512;
const WEIGHT = Float32Array.from({ length: COUNT }, (_, i) => i / 4);
const NODE = { name: 'add', op: 'Add', inputs: ['x', 'w'], outputs: ['y'] };
const PORTS = { inputs: [port('x', [COUNT])], outputs: [port('y', [COUNT])] };
const DISTANCES = [2 ** 31 + 12, 2 ** 32 + 1028, 5_000_000_000];

/** Weights in a sparse file beside the model, so far into it. */
function besideTheModel(folder: string, distance: number): string {
  const file = path.join(folder, 'model.onnx');
  const external = { location: 'w.bin', offset: String(distance), length: String(WEIGHT.byteLength) };
  writeFileSync(file, modelFile({ nodes: [NODE], tensors: [{ name: 'w', dims: [COUNT], external }], ...PORTS }));
  const data = openSync(path.join(folder, 'w.bin'), 'w');
  writeSync(data, WEIGHT, 0, WEIGHT.byteLength, distance);
  closeSync(data);
  return file;
}

/** The key and the length of a delimited field, whose content is written elsewhere. */
function head(field: number, length: number): Uint8Array {
  const varint: number[] = [];
  for (let rest = BigInt(length); ; rest >>= 7n) {
    varint.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    if (rest <= 0x7fn) return Uint8Array.from([field * 8 + 2, ...varint]);
  }
}

/** A single file in which a weight of zeros, a hole in the file, stands before the one that counts. */
function inTheModel(folder: string, distance: number): string {
  const zeros = Math.ceil(distance / 4);
  const hole = tensorProto({ name: 'zeros', dims: [zeros] }).finish();
  const holeHead = head(9, 4 * zeros);
  const before = new ProtobufWriter().message(1, nodeProto(NODE)).finish();
  const after = new ProtobufWriter().message(5, tensorProto({ name: 'w', dims: [COUNT], raw: new Uint8Array(WEIGHT.buffer) }));
  for (const input of PORTS.inputs) after.message(11, input);
  for (const output of PORTS.outputs) after.message(12, output);
  const tensorLength = hole.length + holeHead.length + 4 * zeros;
  const tensorHead = head(5, tensorLength);
  const rest = after.finish();
  const graphLength = before.length + tensorHead.length + tensorLength + rest.length;
  const opset = new ProtobufWriter().message(8, new ProtobufWriter().string(1, '').int(2, 17)).finish();
  const start = Buffer.concat([new ProtobufWriter().int(1, 10).finish(), opset, head(7, graphLength), before, tensorHead, hole, holeHead]);
  const file = path.join(folder, 'model.onnx');
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, start);
  ftruncateSync(descriptor, start.length + 4 * zeros);
  writeSync(descriptor, rest, 0, rest.length, start.length + 4 * zeros);
  closeSync(descriptor);
  return file;
}

test.each(
  DISTANCES.flatMap((distance) => [
    ['beside the model', distance, besideTheModel] as const,
    ['in the model', distance, inTheModel] as const,
  ]),
)('weights %s, %d bytes into the file, are those that are computed with', async (_where, distance, write) => {
  const { graph } = readModel(write(temporaryFolder(), distance));
  const weight = graph.initializers.get('w') as Initializer;
  const { offset } = weight.source as FileRange;
  expect(weight.source).toMatchObject({ kind: 'file', length: WEIGHT.byteLength });
  expect(offset).toBeGreaterThanOrEqual(distance);
  expect(readInitializer(weight).data).toEqual(WEIGHT);
  const session = await onnxRuntime.createSession(graph);
  const { y } = await session.run({ x: floats([COUNT], new Float32Array(COUNT).fill(1)) });
  await session.release();
  expect(y?.data).toEqual(WEIGHT.map((w) => w + 1));
});
