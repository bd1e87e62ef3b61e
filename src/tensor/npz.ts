import { type Zippable, zipSync } from 'fflate';
import { writeNpy } from './npy.ts';
import type { Tensor } from './tensor.ts';

/** The oldest date that a zip can hold, as NumPy gives to what it writes: the same arrays make the same file. */
const DATE = new Date(1980, 0, 1);

/** Named float32 tensors as a .npz file, as numpy.savez writes it: an uncompressed zip with a .npy file for every name. */
export const writeNpz = (tensors: Readonly<Record<string, Tensor<'float32'>>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${name}.npy`, writeNpy(tensor)])) as Zippable, {
    level: 0,
    mtime: DATE,
  });
