import { maxDims } from '../../tensor/dim.ts';
import type { Dim, Shape } from '../../tensor/shape.ts';
import type { InferContext } from './context.ts';

/**
 * NumPy's broadcasting where dims may be symbols: a symbol against a number other than 1 takes the number, two different
 * symbols give "max(a, b)", which is right whether they are equal or one of them is 1.
 * @throws RangeError when two numbers disagree
 */
export function broadcast(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, i) =>
    shapes.reduce<Dim>((dim, shape) => {
      const at = i - rank + shape.length;
      return at < 0 ? dim : broadcastDim(dim, shape[at] as Dim, shapes);
    }, 1),
  );
}

function broadcastDim(a: Dim, b: Dim, shapes: readonly Shape[]): Dim {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === 'number' && typeof b === 'number')
    throw new RangeError(`shapes ${shapes.map((s) => `[${s.join(', ')}]`).join(' and ')} do not broadcast`);
  if (typeof a === 'number') return a;
  return typeof b === 'number' ? b : maxDims(a, b);
}

/** The broadcast shape of all inputs from `from` on; undefined where one is unknown. */
export function broadcastInputs(context: InferContext, from = 0): Shape | undefined {
  const shapes = context.node.inputs.slice(from).map((_, i) => context.shape(from + i));
  return shapes.every((s) => s !== undefined) ? broadcast(shapes) : undefined;
}
