import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { LayerMap, Sweep } from '../../../src/protocol/model.ts';
import { type OpenOptions, PanelBrowser } from './page.ts';
import { type Recording, recordSamples } from './recording.ts';
import { toJson } from './wire.ts';

/** One browser and one recording for a file of tests. Every test ends with no page having reported an error. */
export function usePanels() {
  let browser: PanelBrowser;
  let recording: Recording;
  const pages: Page[] = [];
  beforeAll(async () => {
    [browser, recording] = await Promise.all([PanelBrowser.launch(), recordSamples()]);
  });
  afterEach(async () => {
    const problems = browser.takeProblems();
    await Promise.all(pages.splice(0).map((page) => page.close()));
    expect(problems).toEqual([]);
  });
  afterAll(() => browser.close());
  return {
    recording: () => recording,
    async open(options: Omit<OpenOptions, 'recording'> = {}, change: (recording: Recording) => Recording = (same) => same): Promise<Page> {
      const page = await browser.open({ ...options, recording: toJson(change(recording)) });
      pages.push(page);
      return page;
    },
  };
}

export function mapOf(sweep: Sweep | undefined, output: string): LayerMap {
  const map = sweep?.maps.find((candidate) => candidate.output === output);
  if (!map) throw new Error(`The sweep has no map of ${output}.`);
  return map;
}

/** The middle of the cell with the largest (`sign` 1) or smallest (−1) value, 0 to 1 per axis. */
export function extremeOf({ data, width, height }: LayerMap, sign: 1 | -1): { x: number; y: number; value: number } {
  const best = data.reduce((at, value, i) => (sign * value > sign * (data[at] ?? 0) ? i : at), 0);
  return { x: ((best % width) + 0.5) / width, y: (Math.floor(best / width) + 0.5) / height, value: data[best] ?? 0 };
}
