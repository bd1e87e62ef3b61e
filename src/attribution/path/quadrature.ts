import { InspectumError } from '../../tensor/errors.ts';

export const QUADRATURES = ['gausslegendre', 'riemann_left', 'riemann_right', 'riemann_middle', 'riemann_trapezoid'] as const;
export type Quadrature = (typeof QUADRATURES)[number];

/** A point of [0, 1], and how much what is found there counts. */
export interface Node {
  readonly alpha: number;
  readonly weight: number;
}

/**
 * The nodes of an integral over [0, 1], as Captum's approximation_methods has them. The trapezoid rule's `steps` points stand from 0 to 1
 * and count 1/steps, the two ends half of it, so that all together count (steps − 1)/steps.
 * @throws InspectumError 'usage' for a Riemann sum of one step
 */
export function nodesOf(method: Quadrature, steps: number): readonly Node[] {
  if (method === 'gausslegendre') return gaussLegendre(steps);
  if (steps < 2) throw new InspectumError('usage', `n_steps should be a whole number from 2 with the method ${method}, not ${steps}.`);
  const isTrapezoid = method === 'riemann_trapezoid';
  const [offset, step] = isTrapezoid ? [0, 1 / (steps - 1)] : [OFFSETS[method] / steps, 1 / steps];
  return Array.from({ length: steps }, (_, i) => ({
    alpha: offset + i * step,
    weight: (isTrapezoid && (i === 0 || i === steps - 1) ? 0.5 : 1) / steps,
  }));
}

const OFFSETS = { riemann_left: 0, riemann_middle: 0.5, riemann_right: 1 } as const;

/** The roots of the Legendre polynomial of this degree by Newton's method, and their weights, brought from [−1, 1] to [0, 1]. */
function gaussLegendre(degree: number): Node[] {
  return Array.from({ length: degree }, (_, i) => {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (degree + 0.5));
    let slope = 0;
    for (let change = 1; Math.abs(change) > 1e-15; ) {
      let [previous, value] = [1, x];
      for (let n = 2; n <= degree; n++) [previous, value] = [value, ((2 * n - 1) * x * value - (n - 1) * previous) / n];
      slope = (degree * (x * value - previous)) / (x * x - 1);
      change = value / slope;
      x -= change;
    }
    return { alpha: (1 + x) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}
