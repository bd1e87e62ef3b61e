import path from 'node:path';
import type { Page } from 'playwright-core';
import type { GivenInputs, InputSource } from '../../../src/protocol/inputs.ts';
import type { ModelSummary, Truth } from '../../../src/protocol/model.ts';
import { spelled } from '../../../src/protocol/numbers.ts';
import type { DroppedFile, PanelCalls, PanelEvents } from '../../../src/protocol/panel.ts';
import { type Handlers, type Message, Peer } from '../../../src/protocol/rpc.ts';
import { handlers } from '../../../src/worker/handlers.ts';
import { Jobs } from '../../../src/worker/jobs.ts';
import { fromJson, toJson } from './wire.ts';

type Nothing = Record<never, never>;

const KINDS = { image: /\.(jpe?g|png)$/, npy: /\.npy$/, labels: /\.txt$/ } as const;

/**
 * The extension's part for one model, in the test's own process: the panel's calls go to the compute process's own handlers. VS Code's
 * dialogs answer with the first file of their kind that is offered.
 */
export class LiveHost {
  readonly #core = handlers(new Jobs(), {
    options: {},
    answered: async () => undefined,
    progress: (_model, progress) => this.#peer?.tell('progress', progress),
  });
  readonly #model: string;
  readonly #files: readonly string[];
  /** What a person said and what files say of images, by path. */
  readonly #truths = { said: new Map<string, Truth>(), found: new Map<string, Truth>() };
  #sources: Readonly<Record<string, InputSource>> = {};
  #summary: ModelSummary | undefined;
  #peer: Peer<PanelCalls, PanelEvents, Nothing, Nothing> | undefined;
  /** What the dialog for baselines answers with; nothing: it is dismissed. */
  baselines: readonly string[] = [];
  /** The last picture that was saved. */
  saved: Uint8Array | undefined;

  /** @param files absolute paths of images, arrays and files of class names */
  constructor(model: string, files: readonly string[]) {
    this.#model = model;
    this.#files = files;
  }

  /** To be called before the panel's script runs in the page. */
  async attach(page: Page): Promise<void> {
    const post = (message: Message) => void page.evaluate((json) => window.fromTest(json), toJson(spelled(message))).catch(() => undefined);
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
    if (given) this.#sources = { ...this.#sources, [port]: 'bytes' in given ? this.#sourceOf(given.name) : given };
    const result = await this.#core.inputs({ model: this.#model, sources: this.#sources }, signal);
    if (!result.image) return result;
    const { name, truth: found } = result.image;
    if (found) this.#truths.found.set(name, found);
    const truth = this.#truthOf(name);
    return { ...result, image: { ...result.image, ...(truth && { truth }) } };
  }

  #truthOf(image: string): Truth | undefined {
    return this.#truths.said.get(image) ?? this.#truths.found.get(image);
  }

  #offered(kind: RegExp): readonly string[] {
    return this.#files.filter((file) => kind.test(file));
  }

  /** The offered file that has this name: what is dropped in a test is one of them. */
  #named(name: string): string {
    const file = this.#files.find((offered) => path.basename(offered) === name);
    if (file === undefined) throw new Error(`The test offers no file ${name}.`);
    return file;
  }

  #sourceOf(name: string): InputSource {
    return { kind: KINDS.npy.test(name) ? 'npy' : 'image', path: this.#named(name) };
  }

  /** What a dialog for an input answers with. */
  #chosenFor(input?: string): InputSource {
    const takesImage = input === undefined || this.#summary?.inputs.find(({ name }) => name === input)?.takes === 'image';
    const [file = ''] = this.#offered(takesImage ? KINDS.image : KINDS.npy);
    return this.#sourceOf(path.basename(file));
  }

  #calls(): Handlers<PanelCalls> {
    const model = this.#model;
    const core = this.#core;
    return {
      open: async ({ choices }, signal) => {
        this.#summary = await core.open({ path: model, choices }, signal);
        return this.#summary;
      },
      images: () => this.#offered(KINDS.image).map((file) => ({ path: file, label: path.basename(file), last: false })),
      chooseImage: (_params, signal) => this.#give(signal, this.#chosenFor()),
      setImage: (image, signal) => this.#give(signal, 'path' in image ? { kind: 'image', path: image.path } : image),
      setInput: ({ input, source }, signal) => this.#give(signal, source, input),
      chooseInput: ({ input }, signal) => this.#give(signal, this.#chosenFor(input), input),
      restoreInputs: (_params, signal) => this.#give(signal),
      sweep: (params, signal) => core.sweep({ model, ...params }, signal),
      explain: (params, signal) => core.explain({ model, ...params }, signal),
      units: (params, signal) => core.units({ model, ...params }, signal),
      methods: (_params, signal) => core.methods({ model }, signal),
      chooseBaselines: () => (this.baselines.length > 0 ? { files: this.baselines } : null),
      baselines: (params, signal) => core.baselines({ model, ...params }, signal),
      estimate: (params, signal) => core.estimate({ model, ...params }, signal),
      attribute: (params, signal) => core.attribute({ model, ...params }, signal),
      conventions: (params, signal) => core.conventions({ model, ...params }, signal),
      saveConfiguration: (_params, signal) => core.saveConfiguration({ model }, signal),
      chooseLabels: () => {
        const [file] = this.#offered(KINDS.labels);
        return file === undefined ? null : { file };
      },
      keepLabels: ({ name }) => ({ file: this.#named(name) }),
      setTruth: ({ image, truth }) => {
        if (truth) this.#truths.said.set(image, { ...truth, from: 'hand', where: 'set by hand' });
        else this.#truths.said.delete(image);
        return this.#truthOf(image) ?? null;
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
