import { expect, test } from 'vitest';
import { nodesOf, QUADRATURES } from '../../../src/attribution/path/quadrature.ts';

// numpy: x, w = np.polynomial.legendre.leggauss(n); (x + 1) / 2, w / 2
test.each([
  [1, 0, 0.5, 1],
  [2, 1, 0.7886751345948129, 0.5],
  [5, 0, 0.04691007703066802, 0.11846344252809464],
  [5, 3, 0.7692346550528415, 0.23931433524968315],
  [200, 0, 3.5964357465001484e-5, 9.22950487336582e-5],
  [200, 77, 0.32735552206168667, 0.00735252633671427],
  [200, 199, 0.999964035642535, 9.22950487336582e-5],
])('Gauss and Legendre, %d points: the %dth', (steps, i, alpha, weight) => {
  const nodes = nodesOf('gausslegendre', steps);
  expect(nodes).toHaveLength(steps);
  expect(nodes[i]?.alpha).toBeCloseTo(alpha, 13);
  expect(nodes[i]?.weight).toBeCloseTo(weight, 13);
});

test.each(QUADRATURES)('%s counts 1 in all, but for what the trapezoid rule leaves out', (method) => {
  const total = nodesOf(method, 10).reduce((sum, { weight }) => sum + weight, 0);
  expect(total).toBeCloseTo(method === 'riemann_trapezoid' ? 0.9 : 1, 13);
});
