import { copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../unit/formats/models.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');

/** More than the weights of any fixture take; a sparse file takes no room. */
const BYTES = 2 ** 30;

/** A copy of a fixture whose weights are kept elsewhere, beside weights that are all zero: for tests that look at its graph. */
function besideZeros(file: string): string {
  const folder = temporaryFolder();
  const copy = path.join(folder, path.basename(file));
  copyFileSync(file, copy);
  writeFileSync(path.join(folder, 'weights.bin'), '');
  truncateSync(path.join(folder, 'weights.bin'), BYTES);
  return copy;
}

/** An exported model of torchvision, with its names. Gone after the test. */
export const torchvisionGraph = (name: string): string => besideZeros(path.join(FIXTURES, 'networks/torchvision', `${name}.onnx`));

/** The graph of a known architecture without any name (test/fixtures/structure/make.py). Gone after the test. */
export const namelessGraph = (name: string): string => besideZeros(path.join(FIXTURES, 'structure/models', `${name}.onnx`));
