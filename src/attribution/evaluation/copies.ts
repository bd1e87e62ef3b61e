import { sizeOf } from '../../tensor/tensor.ts';
import type { Subject } from './subject.ts';

/** What the values of one run may take. On a CPU more at once is no faster; less leaves small networks waiting for the engine. */
const BUDGET = 48 * 2 ** 20;
const MOST = 1024;

/**
 * How many copies of the point's batch one run should take, so that their values have room in a budget of memory: 1 where the graph takes
 * no copies.
 */
export function copiesPerRun(subject: Subject): number {
  if (!subject.takesCopies) return 1;
  let elements = 0;
  for (const { shape } of subject.graph.values.values())
    if (typeof shape?.[0] === 'string') elements += sizeOf(shape.slice(1).filter((size) => typeof size === 'number'));
  const inputs = Object.values(subject.point).reduce((sum, { data }) => sum + data.length, 0);
  const bytes = 4 * Math.max(inputs, elements * subject.examples);
  return Math.min(MOST, Math.max(1, Math.floor(BUDGET / bytes)));
}
