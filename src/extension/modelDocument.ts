import * as vscode from 'vscode';
import type { BaselinePreview, BaselineSpec } from '../protocol/baselines.ts';
import type { Choices } from '../protocol/choices.ts';
import type { GivenInputs, InputSource } from '../protocol/inputs.ts';
import type { AttributionView, Estimate, MethodInfo, Recipe } from '../protocol/methods.ts';
import type { ConventionOutcome, LayerExplanation, ModelSummary, Sweep, UnitContributions } from '../protocol/model.ts';
import type { PanelCalls } from '../protocol/panel.ts';
import { RemoteError } from '../protocol/rpc.ts';
import type { Target } from '../protocol/target.ts';
import type { WorkerCalls } from '../protocol/worker.ts';
import type { LastInputs } from './lastInputs.ts';
import type { WorkerClient } from './workerClient.ts';
import { RESTARTED } from './workerProcess.ts';

/** How often work is done again that ended with the process for the sake of another model. */
const MAX_TRIES = 4;

/** A model file that is open, and its life in the compute process: every new process gets the model and its inputs again. */
export class ModelDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly #worker: WorkerClient;
  readonly #last: LastInputs;
  readonly #release: () => void;
  readonly #changed = new vscode.EventEmitter<void>();
  #choices: Choices = { explain: 'logits' };
  /** The file is no longer what it was when the process read it. */
  #outdated = false;
  /** What the inputs were given, by input. */
  #sources: Readonly<Record<string, InputSource>> | undefined;
  /** The generation of the process that has the model, and what came of reading it. */
  #opening: { readonly generation: number; readonly choices: Choices; readonly summary: Promise<ModelSummary> } | undefined;
  /** The generation of the process that has the inputs. */
  #sourcesIn: number | undefined;
  #abort = new AbortController();
  /** A process has come to the end of its memory with this model. */
  #frugal = false;
  readonly #ended: { dispose(): void };

  /** The tree is there after the first `open`. */
  summary: ModelSummary | undefined;
  selectedLayer: string | undefined;
  /** Fires when the summary or the selected layer changes. */
  readonly onChanged = this.#changed.event;

  constructor(uri: vscode.Uri, worker: WorkerClient, last: LastInputs) {
    this.uri = uri;
    this.#last = last;
    this.#worker = worker;
    this.#release = worker.use();
    this.#ended = worker.onEnded(({ kind }, model) => {
      if (kind === 'memory' && model === this.path) this.#frugal = true;
    });
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

  /**
   * Gives an input something; the others keep what they have, or had when this model was last open.
   * @param input its name; undefined: the first that takes an image
   * @param source undefined: all keep what they have
   */
  give(input: string | undefined, source: InputSource | undefined, signal?: AbortSignal): Promise<GivenInputs> {
    return this.#run(signal, async (stop) => {
      const { inputs } = await this.#opened();
      const imageInput = inputs.find(({ takes }) => takes === 'image')?.name;
      const changed = source && { [input ?? imageInput ?? inputs[0]?.name ?? '']: source };
      const sources = { ...this.#knownSources(inputs.map(({ name }) => name)), ...changed };
      const given = await this.#giveSources(sources, stop);
      this.#sources = sources;
      if (given.summary) {
        this.summary = given.summary;
        this.#changed.fire();
      }
      const image = sources[imageInput ?? ''];
      this.#last.remember({ model: this.path, sources, ...(image?.kind === 'image' && { image: image.path }) });
      return given;
    });
  }

  sweep(target: Target | undefined, signal?: AbortSignal): Promise<Sweep> {
    return this.#compute('sweep', { model: this.path, ...(target !== undefined && { target }) }, signal);
  }

  explain(layer: string, target: Target | undefined, signal?: AbortSignal): Promise<LayerExplanation> {
    return this.#compute('explain', { model: this.path, layer, ...(target !== undefined && { target }) }, signal);
  }

  units(params: Parameters<PanelCalls['units']>[0], signal?: AbortSignal): Promise<UnitContributions> {
    return this.#compute('units', { model: this.path, ...params }, signal);
  }

  methods(signal?: AbortSignal): Promise<readonly MethodInfo[]> {
    return this.#compute('methods', { model: this.path }, signal);
  }

  baselines(baseline: BaselineSpec, signal?: AbortSignal): Promise<BaselinePreview> {
    return this.#compute('baselines', { model: this.path, baseline }, signal);
  }

  estimate(recipe: Recipe, signal?: AbortSignal): Promise<Estimate> {
    return this.#compute('estimate', { model: this.path, recipe }, signal);
  }

  attribute(recipe: Recipe, signal?: AbortSignal): Promise<AttributionView> {
    return this.#compute('attribute', { model: this.path, recipe }, signal);
  }

  conventions(target: Target | undefined, signal?: AbortSignal): Promise<readonly ConventionOutcome[]> {
    return this.#compute('conventions', { model: this.path, ...(target && { target }) }, signal);
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
    this.#ended.dispose();
    this.#release();
    this.#changed.dispose();
  }

  #compute<K extends 'sweep' | 'explain' | 'units' | 'methods' | 'baselines' | 'estimate' | 'attribute' | 'conventions'>(
    name: K,
    params: Parameters<WorkerCalls[K]>[0],
    signal: AbortSignal | undefined,
  ): Promise<ReturnType<WorkerCalls[K]>> {
    return this.#run(signal, async (stop) => {
      await this.#opened();
      if (this.#sources && this.#sourcesIn !== this.#worker.generation) await this.#giveSources(this.#sources, stop);
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
    const opening = {
      generation,
      choices,
      summary: this.#worker.call('open', { path: this.path, choices, ...(this.#frugal && { frugal: true }) }, this.#abort.signal),
    };
    this.#opening = opening;
    this.#sourcesIn = undefined;
    try {
      this.summary = await opening.summary;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
    this.#changed.fire();
    return this.summary;
  }

  /** What is known for inputs of these names. */
  #knownSources(names: readonly string[]): Readonly<Record<string, InputSource>> {
    const known = { ...this.#last.sourcesOf(this.path), ...this.#sources };
    return Object.fromEntries(Object.entries(known).filter(([name]) => names.includes(name)));
  }

  async #giveSources(sources: Readonly<Record<string, InputSource>>, stop: AbortSignal): Promise<GivenInputs> {
    this.#sourcesIn = this.#worker.generation;
    try {
      return await this.#worker.call('inputs', { model: this.path, sources }, stop);
    } catch (error) {
      this.#sourcesIn = undefined;
      throw error;
    }
  }
}
