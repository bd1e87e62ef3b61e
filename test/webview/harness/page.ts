import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { ensureChromium } from '../../../scripts/toolchain/system.mjs';
import type { PanelMemory } from '../../../src/protocol/panel.ts';
import type { LiveHost } from './live.ts';

export type ThemeName = 'dark' | 'light' | 'high-contrast' | 'high-contrast-light';
interface Theme {
  readonly bodyClass: string;
  readonly variables: Readonly<Record<string, string | null>>;
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const themes = JSON.parse(readFileSync(at('../fixtures/themes.json'), 'utf8')) as Record<ThemeName, Theme>;
/** Secure, as VS Code's webviews are, so that there is a clipboard. */
const ORIGIN = 'https://panel.test';

/** The panel's bundle and the fake extension's. */
async function bundles(): Promise<{ script: string; style: string; host: string; liveHost: string }> {
  const shared = { bundle: true, write: false, outdir: 'out', format: 'iife', target: 'es2022', logLevel: 'error' } as const;
  const [panel, host, liveHost] = await Promise.all([
    esbuild.build({ ...shared, entryPoints: [at('../../../webview/main.tsx')], jsx: 'automatic', jsxImportSource: 'preact' }),
    esbuild.build({ ...shared, entryPoints: [at('./fakeHost.ts')] }),
    esbuild.build({ ...shared, entryPoints: [at('./liveHost.ts')] }),
  ]);
  const text = (files: readonly esbuild.OutputFile[], end: string) => files.find(({ path }) => path.endsWith(end))?.text ?? '';
  return {
    script: text(panel.outputFiles, '.js'),
    style: text(panel.outputFiles, '.css'),
    host: text(host.outputFiles, '.js'),
    liveHost: text(liveHost.outputFiles, '.js'),
  };
}

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly size?: { readonly width: number; readonly height: number };
  /** What answers the panel: a recording as JSON, or the core itself. */
  readonly recording: string | LiveHost;
  /** What the panel remembers of an earlier window. */
  readonly memory?: PanelMemory;
  /** Steers the fake extension before the panel starts; runs in the page. */
  readonly prepare?: () => void;
  readonly deviceScaleFactor?: number;
  readonly reducedMotion?: 'reduce';
  /** What the page may do: `clipboard-write`, say. */
  readonly permissions?: string[];
}

/** A browser with the panel's bundle, from which pages with the panel are opened. */
export class PanelBrowser {
  readonly #browser: Browser;
  readonly #problems = new WeakMap<Page, string[]>();
  readonly #bundles: Awaited<ReturnType<typeof bundles>>;

  private constructor(browser: Browser, built: Awaited<ReturnType<typeof bundles>>) {
    this.#browser = browser;
    this.#bundles = built;
  }

  static async launch(): Promise<PanelBrowser> {
    const args = [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    const [browser, built] = await Promise.all([chromium.launch({ executablePath: await ensureChromium(), args }), bundles()]);
    return new PanelBrowser(browser, built);
  }

  /** The panel as VS Code's webview would hold it: theme variables on the root element, and a strict content security policy. */
  async open({ theme = 'dark', size = { width: 1440, height: 900 }, recording, memory, prepare, ...context }: OpenOptions): Promise<Page> {
    const page = await this.#browser.newPage({ viewport: size, ...context });
    const problems: string[] = [];
    this.#problems.set(page, problems);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
    const { bodyClass, variables } = themes[theme];
    const root = Object.entries(variables)
      .map(([name, value]) => (value === null ? '' : `${name}: ${value};`))
      .join('');
    const nonce = 'cGFuZWw';
    const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${ORIGIN}; img-src ${ORIGIN}; font-src ${ORIGIN}`;
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Panel</title>
      <meta http-equiv="Content-Security-Policy" content="${policy}">
      <link rel="stylesheet" href="${ORIGIN}/theme.css"><link rel="stylesheet" href="${ORIGIN}/webview.css"></head>
      <body class="vscode-body ${bodyClass}"><script nonce="${nonce}" src="${ORIGIN}/webview.js"></script></body></html>`;
    const files: Record<string, [type: string, body: string]> = {
      '/': ['text/html', html],
      '/theme.css': ['text/css', `:root { ${root} }`],
      '/webview.css': ['text/css', this.#bundles.style],
      '/webview.js': ['text/javascript', this.#bundles.script],
    };
    await page.route(`${ORIGIN}/**`, (route) => {
      const [contentType, body] = files[new URL(route.request().url()).pathname] ?? ['text/plain', ''];
      return route.fulfill({ contentType, body });
    });
    if (typeof recording === 'string') {
      await page.addInitScript(`window.recordingJson = ${JSON.stringify(recording)};`);
      await page.addInitScript(this.#bundles.host);
    } else {
      await recording.attach(page);
      await page.addInitScript(this.#bundles.liveHost);
    }
    if (memory)
      await page.addInitScript(
        (json) => sessionStorage.setItem('vscode-state', sessionStorage.getItem('vscode-state') ?? json),
        JSON.stringify(memory),
      );
    if (prepare) await page.addInitScript(prepare);
    await page.goto(`${ORIGIN}/`);
    return page;
  }

  /** Errors, warnings and breaches of the content security policy that pages reported and nobody has read yet. */
  takeProblems(): string[] {
    const found = this.#browser.contexts().flatMap((context) => context.pages().flatMap((page) => this.#problems.get(page) ?? []));
    for (const context of this.#browser.contexts()) for (const page of context.pages()) this.#problems.get(page)?.splice(0);
    return found;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

/** Waits until the panel says so. */
export const untilState = (page: Page, state: 'empty' | 'loading' | 'ready' | 'error') =>
  page.locator(`[data-testid=panel][data-state=${state}]`).waitFor();

/** The rows that are drawn, from the top, as the ids of their layers. */
export const drawnRows = (page: Page): Promise<string[]> =>
  page
    .locator('[data-layer-id]')
    .evaluateAll((rows) =>
      rows
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
        .map((row) => (row as HTMLElement).dataset.layerId ?? ''),
    );

export const layerRow = (page: Page, id: string) => page.locator(`[data-layer-id=${JSON.stringify(id)}]`);

export interface OverlayPixels {
  readonly layer: string;
  readonly target: string;
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** The overlay's own pixels, or another canvas's. */
export async function overlayPixels(page: Page, selector = '[data-testid=overlay]'): Promise<OverlayPixels> {
  const { text, ...rest } = await page.locator(selector).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(canvas, 0, 0);
    const bytes = copy?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return { layer: canvas.dataset.layer ?? '', target: canvas.dataset.target ?? '', width, height, text: btoa(text) };
  });
  return { ...rest, rgba: Buffer.from(text, 'base64') };
}

/** The overlay's pixel at a point of what the network sees, 0 to 1 per axis: red, green, blue, alpha. */
export function pixelAt({ width, height, rgba }: OverlayPixels, x: number, y: number): readonly number[] {
  const at = (Math.floor(y * height) * width + Math.floor(x * width)) * 4;
  return [...rgba.subarray(at, at + 4)];
}

/** The text of an element without spaces. */
export const textOf = async (locator: Locator): Promise<string> => ((await locator.textContent()) ?? '').replace(/\s/g, '');

export const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((element) => element === document.activeElement);

/** Chooses the recording's image and waits for the default layer's map. */
export async function explainFirstImage(page: Page): Promise<void> {
  await page.locator('[data-testid=image-picker] [data-image]').first().click();
  await page.locator('[data-testid=overlay][data-layer]').waitFor();
}

/** Drops a file of this name on the panel. */
export const dropFile = (page: Page, name: string): Promise<void> =>
  page.evaluate((file) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array([1, 2, 3])], file));
    document
      .querySelector('[data-testid=panel]')
      ?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, name);
