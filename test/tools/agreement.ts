import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { relativeDistance } from './distance.ts';

const FOLDER = path.join(import.meta.dirname, '../../out/results/agreement');

/** How a suite's cases of each method agree with the expected values: what `npm run agreement` makes docs/agreement.md of. */
export class Agreement {
  readonly #byMethod = new Map<string, { cases: number; largest: number; tolerance: number }>();

  /** Counts a case, and expects its distance to be within the tolerance (relative L2). */
  expect(method: string, pairs: readonly (readonly [actual: ArrayLike<number>, expected: ArrayLike<number>])[], tolerance: number): void {
    const distances = pairs.map(([actual, expected]) => relativeDistance(actual, expected));
    const known = this.#byMethod.get(method) ?? { cases: 0, largest: 0, tolerance: 0 };
    this.#byMethod.set(method, {
      cases: known.cases + 1,
      largest: Math.max(known.largest, ...distances),
      tolerance: Math.max(known.tolerance, tolerance),
    });
    for (const distance of distances) expect(distance).toBeLessThanOrEqual(tolerance);
  }

  write(suite: string): void {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path.join(FOLDER, `${suite}.json`), JSON.stringify(Object.fromEntries(this.#byMethod)));
  }
}
