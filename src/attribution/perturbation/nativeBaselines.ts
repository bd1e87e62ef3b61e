import { INTEGER_RANGES } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { type Tensor, toFloat32 } from '../../tensor/tensor.ts';
import type { Baselines } from '../baselines.ts';
import { inDtype } from '../evaluation/examples.ts';

/**
 * The baselines of values in the dtypes that the model takes, one per example: numbers are rounded for inputs of whole numbers.
 * @throws InspectumError 'usage' where a dtype does not reach to one, or the baseline has another shape
 */
export function nativeBaselines(given: Readonly<Record<string, Tensor>>, baselines: Baselines): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const baseline = baselines.per(name, toFloat32(value));
      const [lowest, highest] = INTEGER_RANGES[value.dtype] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      const wrong = baseline.data.find((number) => Math.round(number) < lowest || Math.round(number) > highest);
      if (wrong !== undefined)
        throw new InspectumError(
          'usage',
          `The baseline ${wrong} is out of range for ${name}: it takes ${value.dtype}, ${lowest} to ${highest}.`,
        );
      return [name, inDtype(baseline, value.dtype)];
    }),
  );
}
