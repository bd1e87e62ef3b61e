import { expect, test } from 'vitest';
import { immediateDominators } from '../../../../src/graph/structure/dominators.ts';

/** A graph of `size` vertices, each made from up to three earlier ones: a chain with shortcuts, by a linear congruential generator. */
function randomGraph(size: number, seed: number): number[][] {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: size }, (_, v) => {
    if (v === 0) return [];
    const near = Array.from({ length: 1 + random(3) }, () => Math.max(0, v - 1 - random(random(5) === 0 ? v : 4)));
    return [...new Set(near)];
  });
}

/** From the definition: u dominates v if v cannot be reached without u; the immediate one is dominated by all others. */
function byDefinition(before: readonly (readonly number[])[]): number[] {
  const dominators: Set<number>[] = [new Set([0])];
  for (let v = 1; v < before.length; v++) {
    const [first = new Set<number>(), ...others] = (before[v] as readonly number[]).map((u) => dominators[u] as Set<number>);
    dominators.push(new Set([...[...first].filter((u) => others.every((set) => set.has(u))), v]));
  }
  return dominators.map((set, v) => Math.max(0, ...[...set].filter((u) => u !== v)));
}

test.each([1, 2, 3, 4, 5, 6])('immediate dominators of random graph %i are those of the definition', (seed) => {
  const before = randomGraph(300, seed);
  expect([...immediateDominators(before)]).toEqual(byDefinition(before));
});
