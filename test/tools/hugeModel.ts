import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { decodeOnnx } from '../../src/formats/onnx/decode.ts';

const GRAPH = path.join(import.meta.dirname, '../fixtures/huge/vit.onnx.br');
/** A bit more than the weights need. */
const WEIGHT_BYTES = 3_200_000_000;

/**
 * Writes a vision transformer of 3.2 GB, its weights beside it in a sparse file, which takes next to no room on the disk: each is zero but
 * for its first element, so that no two are equal and none can stand for another in memory.
 * @returns the path of the ONNX file
 */
export function writeHugeModel(folder: string): string {
  const file = path.join(folder, 'vit.onnx');
  writeFileSync(file, brotliDecompressSync(readFileSync(GRAPH)));
  const data = openSync(`${file}.data`, 'w');
  try {
    ftruncateSync(data, WEIGHT_BYTES);
    [...decodeOnnx(file).graph.initializers.values()].forEach(({ source }, i) => {
      if (source.kind === 'file') writeSync(data, new Uint8Array(Float32Array.of((i + 1) / 1024).buffer), 0, 4, source.offset);
    });
  } finally {
    closeSync(data);
  }
  return file;
}
