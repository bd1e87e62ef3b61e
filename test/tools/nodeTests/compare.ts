import type { DType } from '../../../src/tensor/dtype.ts';
import { type Tensor, toNumbers } from '../../../src/tensor/tensor.ts';

/** The tolerances of ONNX's own runner. */
const RELATIVE = 1e-3;
const ABSOLUTE = 1e-7;
/** A unit in the last place: what is expected of these types was rounded to it. */
const RESOLUTION: Partial<Record<DType, number>> = { float16: 2 ** -10, bfloat16: 2 ** -7 };

/**
 * What is wrong with an output, in words that follow its name; undefined where nothing is.
 * @param dtype of the expected output in the test, which is compared in float32
 * @param onlyForm compare dtype and shape alone
 */
export function disagreement(
  actual: Tensor,
  expected: Tensor,
  { dtype, onlyForm }: { dtype: DType; onlyForm: boolean },
): string | undefined {
  if (actual.dtype !== expected.dtype) return `is ${actual.dtype}, not ${expected.dtype}`;
  if (actual.dims.join() !== expected.dims.join()) return `has the shape [${actual.dims}], not [${expected.dims}]`;
  if (onlyForm) return undefined;
  if (expected.dtype === 'string')
    return (actual.data as string[]).every((s, i) => s === expected.data[i]) ? undefined : 'has other strings than expected';
  const relative = Math.max(RELATIVE, RESOLUTION[dtype] ?? 0);
  const [a, e] = [toNumbers(actual), toNumbers(expected)];
  const far = e.findIndex((wanted, i) => !isNear(a[i] as number, wanted, relative));
  return far < 0 ? undefined : `holds other values than expected: ${a[far]}, not ${e[far]}`;
}

const isNear = (actual: number, expected: number, relative: number): boolean =>
  Object.is(actual, expected) || Math.abs(actual - expected) <= ABSOLUTE + relative * Math.abs(expected);
