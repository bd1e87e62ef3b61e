import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { Truth } from '../../../src/protocol/model.ts';
import type { PanelCalls, PanelEvents } from '../../../src/protocol/panel.ts';
import { type Handlers, type Message, Peer } from '../../../src/protocol/rpc.ts';
import { handlers } from '../../../src/worker/handlers.ts';
import { Jobs } from '../../../src/worker/jobs.ts';
import { fromJson, toJson } from './wire.ts';

type Nothing = Record<never, never>;

/**
 * The extension's part for one model, in the test's own process: the panel's calls go to the compute process's own handlers. What needs
 * VS Code (its dialogs, its native tree) is left out: dialogs answer with the first image that is offered.
 */
export class LiveHost {
  readonly #core = handlers(new Jobs(), {
    options: {},
    answered: async () => undefined,
    progress: (_model, progress) => this.#peer?.tell('progress', progress),
  });
  readonly #model: string;
  readonly #images: readonly string[];
  readonly #truths = new Map<string, Truth>();
  #peer: Peer<PanelCalls, PanelEvents, Nothing, Nothing> | undefined;

  /** @param images absolute paths of those that are offered */
  constructor(model: string, images: readonly string[]) {
    this.#model = model;
    this.#images = images;
  }

  /** To be called before the panel's script runs in the page. */
  async attach(page: Page): Promise<void> {
    const post = (message: Message) => void page.evaluate((json) => window.fromTest(json), toJson(message)).catch(() => undefined);
    const peer = new Peer<PanelCalls, PanelEvents, Nothing, Nothing>(post, this.#calls());
    this.#peer = peer;
    await page.exposeFunction('toTest', (json: string) => peer.receive(fromJson(json) as Message));
  }

  tell<K extends keyof PanelEvents & string>(name: K, payload: PanelEvents[K]): void {
    this.#peer?.tell(name, payload);
  }

  async close(): Promise<void> {
    await this.#core.close({ path: this.#model }, new AbortController().signal);
  }

  #calls(): Handlers<PanelCalls> {
    const model = this.#model;
    const core = this.#core;
    const setImage = async (path: string, signal: AbortSignal) => {
      const image = await core.image({ model, image: path }, signal);
      const truth = this.#truths.get(path) ?? image.truth;
      return { ...image, ...(truth && { truth }) };
    };
    return {
      open: ({ choices }, signal) => core.open({ path: model, choices }, signal),
      images: () => this.#images.map((path) => ({ path, label: path, last: false })),
      chooseImage: (_params, signal) => setImage(this.#images[0] ?? '', signal),
      setImage: (image, signal) =>
        setImage('path' in image ? image.path : (this.#images.find((path) => path.endsWith(image.name)) ?? ''), signal),
      sweep: (params, signal) => core.sweep({ model, ...params }, signal),
      explain: (params, signal) => core.explain({ model, ...params }, signal),
      conventions: (_params, signal) => core.conventions({ model }, signal),
      saveConfiguration: (_params, signal) => core.saveConfiguration({ model }, signal),
      chooseLabels: () => null,
      keepLabels: ({ name }) => ({ file: name }),
      setTruth: ({ image, index }) => {
        if (index === null) this.#truths.delete(image);
        else this.#truths.set(image, { index, from: 'hand', where: 'set by hand' });
        return this.#truths.get(image) ?? null;
      },
      cancel: () => null,
      layerSelected: () => null,
      savePicture: ({ suggestedName }) => !existsSync(suggestedName),
    };
  }
}
