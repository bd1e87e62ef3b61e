import type { GraphBuilder } from '../../graph/builder.ts';
import { DTYPES, isFloat } from '../../tensor/dtype.ts';

/** A value of whole numbers in the dtype that its gradient has; others as they are. */
export function floating(builder: GraphBuilder, value: string): string {
  const { dtype = 'float32' } = builder.values.get(value) ?? {};
  return isFloat(dtype) ? value : builder.op('Cast', [value], { to: DTYPES.float32.code });
}
