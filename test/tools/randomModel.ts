import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { floats, sizeOf, type Tensor, tensor, toBytes } from '../../src/tensor/tensor.ts';

/** Uniform random float32 values that test/fixtures/networks/random_models.py makes too. */
export interface RandomTensor {
  readonly stream: number;
  readonly dims: readonly number[];
  readonly low: number;
  readonly high: number;
}

/** What test/fixtures/networks/make_torchvision.py writes. `at` is an offset in expected.bin. */
interface StoredTensor {
  readonly dims: readonly number[];
  readonly at: number;
}

interface StoredModel {
  readonly name: string;
  /** The weights in the order in which they stand in the file. */
  readonly weights: readonly RandomTensor[];
}

interface ExpectedModel extends StoredModel {
  readonly scores: StoredTensor;
  readonly gradCam: readonly { readonly layer: string; readonly target: number; readonly expected: StoredTensor }[];
  /** Signed gradients, averaged over cells of `cell`×`cell` pixels. */
  readonly saliency: readonly { readonly target: number; readonly expected: StoredTensor }[];
  readonly cell: number;
}

interface Index {
  readonly image: RandomTensor;
  /** Rows and columns of the image are repeated so often. */
  readonly repeat: number;
  readonly models: readonly ExpectedModel[];
  /** Of which nothing is expected. */
  readonly others: readonly StoredModel[];
}

const FOLDER = path.join(import.meta.dirname, '../fixtures/networks/torchvision');
const WEIGHTS = 'weights.bin';
const GOLDEN = 0x9e3779b9;

const index: Index = JSON.parse(readFileSync(path.join(FOLDER, 'expected.json'), 'utf8'));

/** torchvision's ResNet-18 and MobileNetV2 with random weights. */
export const randomModels = index.models;

/** The same, and ResNet-101. */
export const benchmarkModels: readonly StoredModel[] = [...index.models, ...index.others];

export function randomTensor({ stream, dims, low, high }: RandomTensor): Tensor<'float32'> {
  const start = Math.imul(stream, 0x85ebca6b);
  const data = new Float32Array(sizeOf(dims));
  for (let i = 0; i < data.length; i++) {
    let x = (Math.imul(i, GOLDEN) + start) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    x ^= x >>> 16;
    data[i] = low + (high - low) * ((x >>> 8) / 2 ** 24);
  }
  return tensor('float32', dims, data);
}

/** The image of (1, 3, 224, 224) that the expected values are for. */
export function randomImage(): Tensor<'float32'> {
  const { data, dims } = randomTensor(index.image);
  const [, channels = 1, rows = 1, columns = 1] = dims;
  const [height, width] = [rows * index.repeat, columns * index.repeat];
  const cell = (i: number): number => {
    const x = Math.floor((i % width) / index.repeat);
    const y = Math.floor((Math.floor(i / width) % height) / index.repeat);
    return data[(Math.floor(i / (width * height)) * rows + y) * columns + x] as number;
  };
  return floats(
    [1, channels, height, width],
    Array.from({ length: channels * height * width }, (_, i) => cell(i)),
  );
}

/**
 * Writes a model and its weights (45 MB for ResNet-18, 14 MB for MobileNetV2, 178 MB for ResNet-101) into a folder of its own.
 * @returns the path of the ONNX file
 */
export function writeRandomModel({ name, weights }: StoredModel, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.onnx`);
  copyFileSync(path.join(FOLDER, `${name}.onnx`), file);
  const descriptor = openSync(path.join(folder, WEIGHTS), 'w');
  try {
    for (const weight of weights) writeSync(descriptor, toBytes(randomTensor(weight)));
  } finally {
    closeSync(descriptor);
  }
  return file;
}

const values = readFileSync(path.join(FOLDER, 'expected.bin'));

export const expectedTensor = ({ dims, at }: StoredTensor): Tensor<'float32'> =>
  tensor('float32', dims, new Float32Array(new Uint8Array(values.subarray(at, at + 4 * sizeOf(dims))).buffer));
