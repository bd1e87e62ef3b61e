import * as vscode from 'vscode';
import type { Choices } from '../protocol/choices.ts';
import type { ConventionOutcome, InputImage, LayerExplanation, ModelSummary, Sweep } from '../protocol/model.ts';
import { RemoteError } from '../protocol/rpc.ts';
import type { WorkerCalls } from '../protocol/worker.ts';
import type { WorkerClient } from './workerClient.ts';
import { RESTARTED } from './workerProcess.ts';

/** How often work is done again that ended with the process for the sake of another model. */
const MAX_TRIES = 4;

/** A model file that is open, and its life in the compute process: every new process gets the model and the image again. */
export class ModelDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly #worker: WorkerClient;
  readonly #release: () => void;
  readonly #changed = new vscode.EventEmitter<void>();
  #choices: Choices = { explain: 'logits' };
  /** The file is no longer what it was when the process read it. */
  #outdated = false;
  /** Absolute path. */
  #image: string | undefined;
  /** The generation of the process that has the model, and what came of reading it. */
  #opening: { readonly generation: number; readonly choices: Choices; readonly summary: Promise<ModelSummary> } | undefined;
  /** The generation of the process that has the image. */
  #imageIn: number | undefined;
  #abort = new AbortController();

  /** The tree is there after the first `open`. */
  summary: ModelSummary | undefined;
  selectedLayer: string | undefined;
  /** Fires when the summary or the selected layer changes. */
  readonly onChanged = this.#changed.event;

  constructor(uri: vscode.Uri, worker: WorkerClient) {
    this.uri = uri;
    this.#worker = worker;
    this.#release = worker.use();
  }

  get path(): string {
    return this.uri.fsPath;
  }

  /** Opens the model (again, when the process is a new one, something else was chosen, or the file was found changed). */
  open(choices: Choices = this.#choices, signal?: AbortSignal): Promise<ModelSummary> {
    if (JSON.stringify(choices) !== JSON.stringify(this.#choices)) this.#choices = choices;
    if (this.#outdated) this.#opening = undefined;
    this.#outdated = false;
    return this.#run(signal, () => this.#opened());
  }

  /** Files were written since they were read: the next `open` reads them again. */
  outdate(): void {
    this.#outdated = true;
  }

  setImage(image: string, signal?: AbortSignal): Promise<InputImage> {
    return this.#run(signal, async (stop) => {
      await this.#opened();
      const given = await this.#giveImage(image, stop);
      this.#image = image;
      return given;
    });
  }

  sweep(target: number | undefined, signal?: AbortSignal): Promise<Sweep> {
    return this.#compute('sweep', { model: this.path, ...(target !== undefined && { target }) }, signal);
  }

  explain(layer: string, target: number | undefined, signal?: AbortSignal): Promise<LayerExplanation> {
    return this.#compute('explain', { model: this.path, layer, ...(target !== undefined && { target }) }, signal);
  }

  conventions(signal?: AbortSignal): Promise<readonly ConventionOutcome[]> {
    return this.#compute('conventions', { model: this.path }, signal);
  }

  saveConfiguration(signal?: AbortSignal): Promise<{ readonly file: string }> {
    return this.#run(signal, async (stop) => {
      await this.#opened();
      return this.#worker.call('saveConfiguration', { model: this.path }, stop);
    });
  }

  select(layer: string): void {
    if (this.selectedLayer === layer) return;
    this.selectedLayer = layer;
    this.#changed.fire();
  }

  /** Stops what is being computed for this model, within a second. */
  cancel(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    void this.#worker.endIfBlocked(this.path);
  }

  dispose(): void {
    this.cancel();
    if (this.#opening?.generation === this.#worker.generation) void this.#worker.call('close', { path: this.path }).catch(() => undefined);
    this.#release();
    this.#changed.dispose();
  }

  #compute<K extends 'sweep' | 'explain' | 'conventions'>(
    name: K,
    params: Parameters<WorkerCalls[K]>[0],
    signal: AbortSignal | undefined,
  ): Promise<ReturnType<WorkerCalls[K]>> {
    return this.#run(signal, async (stop) => {
      await this.#opened();
      if (this.#image && this.#imageIn !== this.#worker.generation) await this.#giveImage(this.#image, stop);
      return this.#worker.call(name, params, stop);
    });
  }

  /** Does work, and again if the process was ended meanwhile for the sake of another model. */
  async #run<T>(signal: AbortSignal | undefined, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
    const stop = signal ? AbortSignal.any([signal, this.#abort.signal]) : this.#abort.signal;
    for (let tries = 1; ; tries++) {
      try {
        return await work(stop);
      } catch (error) {
        if (error instanceof RemoteError && error.kind === 'changed') this.#outdated = true;
        if (stop.aborted || tries === MAX_TRIES || !(error instanceof RemoteError && error.kind === RESTARTED)) throw error;
      }
    }
  }

  async #opened(): Promise<ModelSummary> {
    const { generation } = this.#worker;
    const choices = this.#choices;
    if (this.#opening?.generation === generation && this.#opening.choices === choices) return this.#opening.summary;
    const opening = { generation, choices, summary: this.#worker.call('open', { path: this.path, choices }, this.#abort.signal) };
    this.#opening = opening;
    this.#imageIn = undefined;
    try {
      this.summary = await opening.summary;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
    this.#changed.fire();
    return this.summary;
  }

  async #giveImage(image: string, stop: AbortSignal): Promise<InputImage> {
    this.#imageIn = this.#worker.generation;
    try {
      return await this.#worker.call('image', { model: this.path, image }, stop);
    } catch (error) {
      this.#imageIn = undefined;
      throw error;
    }
  }
}
