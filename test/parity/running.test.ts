import { afterAll, describe, expect, it } from 'vitest';
import type { Attribution } from '../../src/attribution/method.ts';
import { relativeDistance } from '../tools/distance.ts';
import { ALL, engine, releaseAll, run } from '../tools/methodJobs.ts';

afterAll(releaseAll);

/** What a method has told of a part of its work. */
interface Told {
  readonly fraction: number;
  readonly partial: Attribution | undefined;
}

/** Of an incomplete sum over all coalitions nothing is to be expected; a metric is a number. */
const WITHOUT_PARTS: ReadonlySet<string> = new Set(['ShapleyValues', 'infidelity of Saliency']);
/** A sum over channels, of which later ones can go against those before them. */
const UNSTEADY: ReadonlySet<string> = new Set(['AblationCAM']);

describe('who waits for several runs', () => {
  it.each(ALL)('%s: hears how far it is, up to the end, with what there is of the result', async (title, method, job) => {
    const told: Told[] = [];
    engine.runs.length = 0;
    const { parts } = await run(method, job, {
      progress: (done, total, partial) => told.push({ fraction: done / total, partial: partial?.() }),
    });
    expect(told.length > 0, `${engine.runs.length} runs`).toBe(engine.runs.length > 1);
    if (told.length === 0) return;
    const fractions = told.map(({ fraction }) => fraction);
    expect(fractions.length).toBeGreaterThan(2);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    const partials = told.flatMap(({ partial }) => partial ?? []);
    expect(partials.length > 0).toBe(!WITHOUT_PARTS.has(title));
    for (const partial of partials)
      expect(partial.parts.map(({ name, tensor }) => [name, tensor.dims])).toEqual(parts.map(({ name, tensor }) => [name, tensor.dims]));
    const distances = partials.map((partial) => relativeDistance(partial.parts[0].tensor.data, parts[0].tensor.data));
    if (distances.length === 0) return;
    expect(distances.at(-1)).toBeLessThanOrEqual(1e-6);
    if (!UNSTEADY.has(method)) expect(distances.at(-2)).toBeLessThan(distances[0] as number);
  });

  it.each(ALL)('%s: can cancel it, and ask again', async (_title, method, job) => {
    const whole = await run(method, job);
    const stop = new AbortController();
    let heard = 0;
    const progress = (): void => {
      if (++heard === 2) stop.abort();
    };
    engine.runs.length = 0;
    const cancelled = await run(method, job, { signal: stop.signal, progress }).catch((error) => error);
    if (heard === 0) return;
    expect(cancelled).toMatchObject({ kind: 'cancelled' });
    expect(heard).toBe(2);
    const again = await run(method, job);
    expect(again.attribution).toEqual(whole.attribution);
  });
});
