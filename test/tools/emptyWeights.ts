import { copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../unit/formats/models.ts';

const FOLDER = path.join(import.meta.dirname, '../fixtures/networks/torchvision');

/** More than the weights of any fixture take; a sparse file takes no room. */
const BYTES = 2 ** 28;

/** A fixture of a torchvision model, beside weights that are all zero: for tests that look at its graph. Gone after the test. */
export function torchvisionGraph(name: string): string {
  const folder = temporaryFolder();
  const file = path.join(folder, `${name}.onnx`);
  copyFileSync(path.join(FOLDER, `${name}.onnx`), file);
  writeFileSync(path.join(folder, 'weights.bin'), '');
  truncateSync(path.join(folder, 'weights.bin'), BYTES);
  return file;
}
