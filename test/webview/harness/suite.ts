import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { LayerMap, Sweep } from '../../../src/protocol/model.ts';
import { LiveHost } from './live.ts';
import { type OpenOptions, PanelBrowser } from './page.ts';
import { type Recording, recordSamples } from './recording.ts';
import { toJson } from './wire.ts';

type Options = Omit<OpenOptions, 'recording'>;

/** One browser for a file of tests. Every test ends with no page having reported an error. */
function useBrowser() {
  let browser: PanelBrowser;
  const pages: Page[] = [];
  beforeAll(async () => {
    browser = await PanelBrowser.launch();
  });
  afterEach(async () => {
    const problems = browser.takeProblems();
    await Promise.all(pages.splice(0).map((page) => page.close()));
    expect(problems).toEqual([]);
  });
  afterAll(() => browser.close());
  return async (options: OpenOptions): Promise<Page> => {
    const page = await browser.open(options);
    pages.push(page);
    return page;
  };
}

/** Panels before a fake extension that plays back a recording of the samples. */
export function usePanels() {
  const open = useBrowser();
  let recording: Recording;
  beforeAll(async () => {
    recording = await recordSamples();
  });
  return {
    recording: () => recording,
    open: (options: Options = {}, change: (recording: Recording) => Recording = (same) => same): Promise<Page> =>
      open({ ...options, recording: toJson(change(recording)) }),
  };
}

const at = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
export const corpus = (file: string): string => at(`fixtures/corpus/models/${file}`);
export const sample = (file: string): string => at(`../samples/${file}`);

/** Panels before the real core, in a folder of their own for each test. */
export function useLivePanels() {
  const open = useBrowser();
  const hosts: LiveHost[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.close()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  return {
    /** A new folder with copies of files under names in it: `{ 'a/b.jpg': sample('images/house.jpg') }`. */
    folder(files: Readonly<Record<string, string>>): string {
      const folder = mkdtempSync(path.join(tmpdir(), 'inspectum-panel-'));
      folders.push(folder);
      for (const [name, file] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        copyFileSync(file, path.join(folder, name));
      }
      return folder;
    },
    /** @param model its path; @param files images, arrays and files of class names that are offered, by path */
    async open(model: string, files: readonly string[], options: Options = {}): Promise<{ page: Page; host: LiveHost }> {
      const host = new LiveHost(model, files);
      hosts.push(host);
      return { page: await open({ ...options, recording: host }), host };
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
