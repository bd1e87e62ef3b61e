import { addDims, floorDivideDims, multiplyDims } from '../../tensor/dim.ts';
import type { Dim, Shape } from '../../tensor/shape.ts';
import { type Infer, type InferContext, info, type OperatorRow, sameAsInput } from './context.ts';

/** batch, heads, length, size of a head. */
type Heads = readonly [Dim, Dim, Dim, Dim];

function headsOf(shape: Shape, heads: number): Heads {
  if (shape.length === 4) return shape as unknown as Heads;
  if (shape.length !== 3 || heads <= 0) throw new RangeError(`attention over a value of rank ${shape.length} with ${heads} heads`);
  return [shape[0] as Dim, heads, shape[1] as Dim, floorDivideDims(shape[2] as Dim, heads)];
}

/** Y, present_key, present_value and the scores. */
const attention: Infer = (c: InferContext) => {
  const [query, key, value] = [c.shape(0), c.shape(1), c.shape(2)];
  if (!query || !key || !value) return [info(c.dtype(0), undefined)];
  const q = headsOf(query, c.int('q_num_heads', 0));
  const k = headsOf(key, c.int('kv_num_heads', 0));
  const v = headsOf(value, c.int('kv_num_heads', 0));
  const past = c.has(4) ? (c.shape(4)?.[2] ?? c.unknown()) : 0;
  const total = addDims(past, k[2]);
  const y = query.length === 4 ? [q[0], q[1], q[2], v[3]] : [q[0], q[2], multiplyDims(q[1], v[3])];
  return [
    info(c.dtype(0), y),
    info(c.dtype(1), [k[0], k[1], total, k[3]]),
    info(c.dtype(2), [v[0], v[1], total, v[3]]),
    info(c.dtype(0), [q[0], q[1], q[2], total]),
  ];
};

export const ATTENTION: Readonly<Record<string, OperatorRow>> = {
  Attention: { infer: attention },
  RotaryEmbedding: { infer: sameAsInput },
};
