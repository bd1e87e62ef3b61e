import * as vscode from 'vscode';
import type { InputImage, LayerExplanation, ModelSummary, Sweep } from '../protocol/model.ts';
import type { ImageSource } from '../protocol/worker.ts';
import type { WorkerClient } from './workerClient.ts';

/** A model file that is open in one or more editors, and its life in the compute process. */
export class ModelDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly #worker: WorkerClient;
  readonly #release: () => void;
  readonly #changed = new vscode.EventEmitter<void>();
  #generation = -1;
  #image: ImageSource | undefined;
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

  /** Reads the model (again, when the process is a new one). */
  async open(): Promise<ModelSummary> {
    if (this.summary && this.#generation === this.#worker.generation) return this.summary;
    const summary = await this.#worker.call('open', { path: this.path }, this.#abort.signal);
    this.#generation = this.#worker.generation;
    this.summary = summary;
    this.#changed.fire();
    return summary;
  }

  /** The image that was last set, prepared again; null: none was. */
  async keptImage(): Promise<InputImage | null> {
    return this.#image ? this.setImage(this.#image) : null;
  }

  async setImage(image: ImageSource): Promise<InputImage> {
    await this.open();
    const result = await this.#worker.call('image', { model: this.path, image }, this.#abort.signal);
    this.#image = image;
    return result;
  }

  async sweep(target: number | undefined): Promise<Sweep> {
    await this.#ready();
    return this.#worker.call('sweep', { model: this.path, ...(target !== undefined && { target }) }, this.#abort.signal);
  }

  async explain(layer: string, target: number | undefined): Promise<LayerExplanation> {
    await this.#ready();
    return this.#worker.call('explain', { model: this.path, layer, ...(target !== undefined && { target }) }, this.#abort.signal);
  }

  select(layer: string): void {
    if (this.selectedLayer === layer) return;
    this.selectedLayer = layer;
    this.#changed.fire();
  }

  /** Stops what is being computed for this model. */
  cancel(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
  }

  dispose(): void {
    this.cancel();
    if (this.#generation === this.#worker.generation) void this.#worker.call('close', { path: this.path }).catch(() => undefined);
    this.#release();
    this.#changed.dispose();
  }

  /** A process that was restarted gets the model and the image again. */
  async #ready(): Promise<void> {
    if (this.#generation === this.#worker.generation) return;
    await this.open();
    if (this.#image) await this.#worker.call('image', { model: this.path, image: this.#image }, this.#abort.signal);
  }
}
