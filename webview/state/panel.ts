import { batch, effect, untracked } from '@preact/signals';
import type { Choices } from '../../src/protocol/choices.ts';
import type { DroppedFile, PanelMemory } from '../../src/protocol/panel.ts';
import { connect } from '../host.ts';
import { Explaining } from './explaining.ts';
import { Inputs } from './inputs.ts';
import { MethodRuns } from './methodRuns.ts';
import { DEFAULT_VIEW, PanelState } from './panelState.ts';
import type { Stage } from './problems.ts';

/** The panel: what it shows, and what can be done to it. One per page. */
export class Panel extends PanelState {
  readonly #host = connect({
    progress: (progress) => {
      this.work.progress.value = progress;
      if (progress?.partial) this.runs.takePartial(progress.partial);
    },
    selectLayer: ({ layer }) => this.select(layer, false),
    command: (name) => {
      this.command.value = { name };
    },
    given: (given) => void this.inputs.give(() => Promise.resolve(given)),
    changed: (change) => {
      if (change.reload) void this.reload();
      else this.changed.value = change;
    },
    stopped: (error) => {
      this.work.job.peek()?.cancel();
      this.explaining.stop();
      this.work.failed('process', error);
    },
  });

  readonly #restored: PanelMemory = this.#host.memory;
  readonly explaining = new Explaining(this, this.#host.calls);
  readonly inputs = new Inputs(this, this.#host.calls, this.explaining);
  readonly runs = new MethodRuns(this, this.#host.calls, this.explaining);

  constructor() {
    super();
    const { view, columns, target, choices, method } = this.#restored;
    if (method) this.methods.restore(method);
    if (choices) this.choices.value = choices;
    if (view) this.view.value = { ...DEFAULT_VIEW, ...view };
    if (columns) this.columns.value = columns;
    this.chosenTarget.value = target;
    effect(() => this.#remember());
    effect(() => this.#compareConventions());
  }

  /**
   * Opens the model, and what was shown before the page went away.
   * @param stage what a failure is told as
   * @returns whether the model is open
   */
  async start(stage: Stage = 'model'): Promise<boolean> {
    const model = await this.work.run(stage, 'Reading the model', (signal) =>
      this.#host.calls.call('open', { choices: this.choices.peek() }, signal),
    );
    if (!model) return false;
    const layer = this.selected.peek() ?? this.#restored.layer;
    batch(() => {
      this.model.value = model;
      this.selected.value = this.index.value.byId.has(layer ?? '') ? layer : model.defaultLayer;
    });
    this.#tellSelected();
    void this.runs.offer();
    if (this.given.peek() || this.#restored.given) await this.inputs.restore();
    if (!this.given.peek()) await this.inputs.refreshOffered();
    return true;
  }

  /** After a failure: everything again, with the same layer, target and view. */
  async retry(): Promise<void> {
    const { stage, kind } = this.work.problem.peek() ?? {};
    this.work.problem.value = undefined;
    if (stage === 'explanation' && kind !== 'changed' && this.model.peek() && this.ready.peek()) await this.explaining.sweep();
    else await this.start();
  }

  /** Reads everything again, and keeps what was shown for comparison. */
  async reload(): Promise<void> {
    const sweep = this.sweep.peek();
    if (sweep)
      this.before.keep({ sweep, explained: this.explainedBeside(sweep), index: this.index.peek(), view: this.methods.view.peek() });
    this.changed.value = undefined;
    await this.start();
  }

  /** Chooses something for the model in place of what was inferred, and shows it with that. What cannot be used is not kept. */
  async choose(change: { readonly [K in keyof Choices]?: Choices[K] | undefined }): Promise<void> {
    const before = this.choices.peek();
    const entries = Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined);
    const choices: Choices = Object.fromEntries(entries);
    this.choices.value = choices;
    this.before.end();
    const isOpen = await this.start('choice');
    const problem = this.work.problem.peek();
    if (isOpen || !problem || this.choices.peek() !== choices) return;
    this.choices.value = before;
    if (await this.start()) this.work.problem.value = problem;
  }

  /** Shows a layer; unknown ones are ignored. `tell`: the native tree follows. */
  select(id: string, tell = true): void {
    if (!this.index.peek().byId.has(id) || this.selected.peek() === id) return;
    batch(() => {
      this.selected.value = id;
      this.methods.neuron.value = undefined;
      this.work.forget('explanation');
    });
    if (tell) this.#tellSelected();
  }

  /** Gives up the job, and has the compute process stop it. */
  cancel(): void {
    void this.#host.calls.call('cancel', null).catch(() => null);
    this.work.job.peek()?.cancel();
  }

  /** Writes what was chosen into inspectum.json, which says it from then on. */
  async saveConfiguration(): Promise<void> {
    const saved = await this.work.beside('configuration', () => this.#host.calls.call('saveConfiguration', null));
    if (saved) await this.choose({ input: undefined, labels: undefined });
  }

  /** Takes the class names of a file. */
  async setLabels(source: { readonly path: string } | DroppedFile): Promise<void> {
    const kept =
      'path' in source ? { file: source.path } : await this.work.beside('choice', () => this.#host.calls.call('keepLabels', source));
    if (kept) await this.choose({ labels: kept });
  }

  async chooseLabels(): Promise<void> {
    const chosen = await this.work.beside('choice', () => this.#host.calls.call('chooseLabels', null));
    if (chosen) await this.choose({ labels: chosen });
  }

  /** Explains another output, whose values the target so far says nothing about. */
  chooseOutput(output: string): Promise<void> {
    this.chosenTarget.value = undefined;
    return this.choose({ output });
  }

  async savePicture(suggestedName: string, png: Uint8Array): Promise<void> {
    await this.work.beside('saving', () => this.#host.calls.call('savePicture', { suggestedName, png }));
  }

  /** Fails without a call to the extension having been made: the panel itself found something wrong. */
  fail(stage: Stage, kind: string, message: string): void {
    this.work.failed(stage, { kind, message });
  }

  #tellSelected(): void {
    const layer = this.selected.peek();
    if (layer !== undefined) void this.#host.calls.call('layerSelected', { layer }).catch(() => null);
  }

  /** While they are looked at, and whenever nothing else is computed, as a choice changes what they give. */
  #compareConventions(): (() => void) | undefined {
    if (!this.comparing.value || this.work.job.value || !this.photo.value) return undefined;
    const controller = new AbortController();
    const { signal } = controller;
    const target = this.sweep.peek()?.target.target;
    untracked(() => {
      this.conventions.value = undefined;
    });
    // not between two jobs that follow each other
    const timer = setTimeout(async () => {
      const outcomes = await this.work.beside('conventions', () => this.#host.calls.call('conventions', target ? { target } : {}, signal));
      if (outcomes && !signal.aborted) this.conventions.value = outcomes;
    });
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }

  #remember(): void {
    const [layer, target, columns] = [this.selected.value ?? this.#restored.layer, this.chosenTarget.value, this.columns.value];
    const memory: PanelMemory = {
      view: this.view.value,
      given: this.given.value !== undefined || this.#restored.given === true,
      ...(layer !== undefined && { layer }),
      ...(target !== undefined && { target }),
      ...(columns && { columns }),
      choices: this.choices.value,
      method: this.methods.memory,
    };
    this.#host.remember(memory);
  }
}
