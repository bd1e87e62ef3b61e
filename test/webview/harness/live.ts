import path from 'node:path';
import type { Page } from 'playwright-core';
import type { GivenInputs, InputSource } from '../../../src/protocol/inputs.ts';
import type { ModelSummary, Truth } from '../../../src/protocol/model.ts';
import type { DroppedFile, PanelCalls, PanelEvents } from '../../../src/protocol/panel.ts';
import { type Handlers, type Message, Peer } from '../../../src/protocol/rpc.ts';
import { handlers } from '../../../src/worker/handlers.ts';
import { Jobs } from '../../../src/worker/jobs.ts';
import { fromJson, toJson } from './wire.ts';

type Nothing = Record<never, never>;

/**
 * The extension's part for one model, in the test's own process: the panel's calls go to the compute process's own handlers. VS Code's
 * dialogs answer with the first file that is offered.
 */
export class LiveHost {
  readonly #core = handlers(new Jobs(), {
    options: {},
    answered: async () => undefined,
    progress: (_model, progress) => this.#peer?.tell('progress', progress),
  });
  readonly #model: string;
  readonly #files: readonly string[];
  readonly #truths = new Map<string, Truth>();
  #sources: Readonly<Record<string, InputSource>> = {};
  #summary: ModelSummary | undefined;
  #peer: Peer<PanelCalls, PanelEvents, Nothing, Nothing> | undefined;
  /** The last picture that was saved. */
  saved: Uint8Array | undefined;

  /** @param files absolute paths of images (and arrays) that are offered */
  constructor(model: string, files: readonly string[]) {
    this.#model = model;
    this.#files = files;
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

  /** Gives an input (default: the one that takes an image) something, and the others what they had. */
  async #give(signal: AbortSignal, given?: InputSource | DroppedFile, input?: string): Promise<GivenInputs> {
    const { inputs = [] } = this.#summary ?? {};
    const port = input ?? (inputs.find(({ takes }) => takes === 'image') ?? inputs[0])?.name ?? '';
    if (given) this.#sources = { ...this.#sources, [port]: 'bytes' in given ? this.#offered(given.name) : given };
    const result = await this.#core.inputs({ model: this.#model, sources: this.#sources }, signal);
    const truth = this.#truths.get(result.image?.name ?? '') ?? result.image?.truth;
    return result.image && truth ? { ...result, image: { ...result.image, truth } } : result;
  }

  #offered(name?: string): InputSource {
    const file = this.#files.find((offered) => name === undefined || path.basename(offered) === name);
    if (file === undefined) throw new Error(`The test offers no file ${name}.`);
    return { kind: path.extname(file) === '.npy' ? 'npy' : 'image', path: file };
  }

  #calls(): Handlers<PanelCalls> {
    const model = this.#model;
    const core = this.#core;
    return {
      open: async ({ choices }, signal) => {
        this.#summary = await core.open({ path: model, choices }, signal);
        return this.#summary;
      },
      images: () => this.#files.map((file) => ({ path: file, label: path.basename(file), last: false })),
      chooseImage: (_params, signal) => this.#give(signal, this.#offered()),
      setImage: (image, signal) => this.#give(signal, 'path' in image ? { kind: 'image', path: image.path } : image),
      setInput: ({ input, source }, signal) => this.#give(signal, source, input),
      chooseInput: ({ input }, signal) => this.#give(signal, this.#offered(), input),
      restoreInputs: (_params, signal) => this.#give(signal),
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
      savePicture: ({ png }) => {
        this.saved = png;
        return true;
      },
    };
  }
}
