import { addDims, floorDivideDims, multiplyDims, subtractDims } from '../../tensor/dim.ts';
import type { Dim, Shape } from '../../tensor/shape.ts';
import { fromShape, type Infer, type InferContext, info, type OperatorRow, resolveAxis } from './context.ts';

const halfSpectrum = (length: Dim): Dim => addDims(floorDivideDims(length, 2), 1);

/** A scalar input as a dim. */
const extentInput = (c: InferContext, i: number, fallback: Dim): Dim => (c.has(i) ? (c.dims(i)?.[0] ?? c.unknown()) : fallback);

const dft: Infer = fromShape((x: Shape, c): Shape => {
  const axis = resolveAxis(c.has(2) ? (c.numbers(2)?.[0] ?? -2) : -2, x.length);
  const [inverse, onesided] = [c.int('inverse', 0) !== 0, c.int('onesided', 0) !== 0];
  const full = inverse && onesided ? multiplyDims(subtractDims(x[axis] as Dim, 1), 2) : (x[axis] as Dim);
  const length = extentInput(c, 1, full);
  return x.map((d, i) => {
    if (i === axis) return onesided && !inverse ? halfSpectrum(length) : length;
    return i === x.length - 1 ? (inverse && onesided ? 1 : 2) : d;
  });
});

const stft: Infer = fromShape((x, c) => {
  const step = c.numbers(1)?.[0];
  const length = extentInput(c, 3, c.shape(2)?.[0] ?? c.unknown());
  const frames = step ? addDims(floorDivideDims(subtractDims(x[1] as Dim, length), step), 1) : c.unknown();
  return [x[0] as Dim, frames, c.int('onesided', 1) ? halfSpectrum(length) : length, 2];
});

export const SIGNAL: Readonly<Record<string, OperatorRow>> = {
  DFT: { infer: dft },
  STFT: { infer: stft },
  NonMaxSuppression: { infer: (c) => [info('int64', [c.unknown(), 3])] },
};
