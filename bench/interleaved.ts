import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from './protocol.ts';
import type { Side } from './side.ts';

export interface Times {
  readonly min: number;
  readonly median: number;
  readonly rounds: number;
  readonly layers: number | undefined;
}

/** Threads of the other side go on spinning for a moment after its run. */
const PAUSE_MS = 200;
const ROUNDS = { least: 5, most: 25 };
/** More rounds than the least are done while they take no longer. */
const BUDGET_MS = 8000;

export function timesOf(values: readonly number[], layers?: number): Times {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0] ?? Number.NaN, median: sorted[sorted.length >> 1] ?? Number.NaN, rounds: values.length, layers };
}

/** Tasks of sides in turn, after one untimed run of each: at least five times, the quick ones more often. */
export async function interleaved(asked: readonly { readonly side: Side; readonly task: Task }[]): Promise<Times[]> {
  const values = asked.map((): number[] => []);
  const layers: (number | undefined)[] = [];
  let started = 0;
  for (let round = -1; round < ROUNDS.least || (round < ROUNDS.most && performance.now() - started < BUDGET_MS); round++) {
    if (round === 0) started = performance.now();
    for (const [i, { side, task }] of asked.entries()) {
      await sleep(PAUSE_MS);
      const answer = await side.ask(task);
      layers[i] = answer.layers;
      if (round >= 0) values[i]?.push(answer.ms ?? Number.NaN);
    }
  }
  return values.map((v, i) => timesOf(v, layers[i]));
}
