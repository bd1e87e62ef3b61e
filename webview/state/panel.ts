import { batch, effect, untracked } from '@preact/signals';
import type { Choices } from '../../src/protocol/choices.ts';
import type { GivenInputs, InputSource } from '../../src/protocol/inputs.ts';
import type { AttributionView } from '../../src/protocol/methods.ts';
import type { Cell, ModelSummary, ShownClass, UnitContributions } from '../../src/protocol/model.ts';
import type { DroppedFile, PanelMemory, ViewSettings } from '../../src/protocol/panel.ts';
import type { Target } from '../../src/protocol/target.ts';
import { connect } from '../host.ts';
import { neuronOf, type Picked } from '../method/neuron.ts';
import { DEFAULT_VIEW, PanelState } from './panelState.ts';
import type { Stage } from './problems.ts';

/** Captum's outlier_perc. */
const CAPTUM_OUTLIERS = 2;
/** Files of a distribution: each takes memory, and of some methods a pass. */
const MOST_BASELINES = 200;
/** Maps of every pixel lie on a background that is made for them, which shows as they do. */
const OPAQUE = 1;
const CHOOSING = 'Waiting for a choice';

/** The panel: what it shows, and what can be done to it. One per page. */
export class Panel extends PanelState {
  readonly #host = connect({
    progress: (progress) => {
      this.work.progress.value = progress;
      if (progress?.partial) this.#takePartial(progress.partial);
    },
    selectLayer: ({ layer }) => this.select(layer, false),
    command: (name) => {
      this.command.value = { name };
    },
    given: (given) => void this.#give(() => Promise.resolve(given)),
    changed: (change) => {
      if (change.reload) void this.reload();
      else this.changed.value = change;
    },
    stopped: (error) => {
      this.work.job.peek()?.cancel();
      this.#explaining.abort();
      this.work.failed('process', error);
    },
  });

  readonly #restored: PanelMemory = this.#host.memory;
  #explaining = new AbortController();

  constructor() {
    super();
    const { view, columns, target, choices, method } = this.#restored;
    if (method) this.methods.restore(method);
    if (choices) this.choices.value = choices;
    if (view) this.view.value = { ...DEFAULT_VIEW, ...view };
    if (columns) this.columns.value = columns;
    this.chosenTarget.value = target;
    effect(() => this.#remember());
    effect(() => void this.#explainSelected());
    effect(() => void this.#estimate());
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
    void this.#offerMethods();
    if (this.given.peek() || this.#restored.given) await this.#take((signal) => this.#host.calls.call('restoreInputs', null, signal));
    if (!this.given.peek()) await this.refreshOffered();
    return true;
  }

  async refreshOffered(): Promise<void> {
    this.offered.value = await this.#host.calls.call('images', null).catch(() => []);
  }

  /** After a failure: everything again, with the same layer, target and view. */
  async retry(): Promise<void> {
    const { stage, kind } = this.work.problem.peek() ?? {};
    this.work.problem.value = undefined;
    if (stage === 'explanation' && kind !== 'changed' && this.model.peek() && this.ready.peek()) await this.#runSweep();
    else await this.start();
  }

  /** Reads everything again, and keeps what was shown for comparison. */
  async reload(): Promise<void> {
    const sweep = this.sweep.peek();
    if (sweep) this.before.keep({ sweep, explained: this.explainedBeside(sweep), index: this.index.peek() });
    this.changed.value = undefined;
    await this.start();
  }

  setImage(source: { readonly path: string } | DroppedFile): Promise<void> {
    return this.#give((signal) => this.#host.calls.call('setImage', source, signal));
  }

  chooseImage(): Promise<void> {
    return this.#give((signal) => this.#host.calls.call('chooseImage', null, signal), CHOOSING);
  }

  /** Gives any input of the model something. */
  setInput(input: string, source: InputSource): Promise<void> {
    return this.#give((signal) => this.#host.calls.call('setInput', { input, source }, signal));
  }

  chooseInput(input: string): Promise<void> {
    return this.#give((signal) => this.#host.calls.call('chooseInput', { input }, signal), CHOOSING);
  }

  /** Makes a class or a region what is explained; undefined: what would be without a choice. */
  async setTarget(target: Target | undefined): Promise<void> {
    this.chosenTarget.value = target;
    this.before.end();
    if (this.ready.peek()) await this.#runSweep();
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

  /** Says which class the image shows; null: what was said is forgotten. */
  async setTruth(truth: ShownClass | null): Promise<void> {
    const given = this.given.peek();
    if (!given?.image) return;
    const { name: image } = given.image;
    const known = await this.work.beside('choice', () => this.#host.calls.call('setTruth', { image, truth }));
    if (known === undefined || this.given.peek() !== given) return;
    const { truth: _, ...rest } = given.image;
    this.given.value = { ...given, image: { ...rest, ...(known && { truth: known }) } };
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

  /** Asks another method. Maps of pixels have a few that outshine all others, which Captum clips, and are thin. */
  chooseMethod(name: string): void {
    batch(() => {
      const wasOfPixels = this.methods.isOfPixels.peek();
      this.work.forget('explanation');
      this.methods.chosen.value = name;
      const isOfPixels = this.methods.isOfPixels.peek();
      if (isOfPixels !== wasOfPixels)
        this.setView(
          isOfPixels ? { outlierPercent: CAPTUM_OUTLIERS, opacity: OPAQUE } : { outlierPercent: 0, opacity: DEFAULT_VIEW.opacity },
        );
      this.before.end();
    });
  }

  /** Lets the person choose files that the method compares with; what cannot be read is not taken. */
  async chooseBaselines(several: boolean): Promise<void> {
    const method = this.methods.chosen.peek();
    const chosen = await this.work.beside('baseline', () => this.#host.calls.call('chooseBaselines', { several }));
    const [first] = chosen?.files ?? [];
    if (!chosen || first === undefined) return;
    const { length } = chosen.files;
    if (length > MOST_BASELINES) {
      this.fail(
        'baseline',
        'too-large',
        `${length} files were chosen, and at most ${MOST_BASELINES} are compared with at once: choose fewer.`,
      );
      return;
    }
    const baseline = length > 1 ? chosen.files : first;
    const read = await this.work.run('baseline', 'Reading the baseline', (signal) =>
      this.#host.calls.call('baselines', { baseline }, signal),
    );
    if (!read || this.methods.chosen.peek() !== method) return;
    batch(() => {
      this.methods.preview.value = { baseline, read };
      this.methods.change({ baseline });
    });
  }

  /** The units of the selected layer in a cell of its map, or in all of it. */
  unitsIn(cell: Cell | undefined, signal: AbortSignal): Promise<UnitContributions | undefined> {
    const [layer, sweep] = [this.layer.peek(), this.sweep.peek()];
    if (!layer || !sweep) return Promise.resolve(undefined);
    const asked = { layer: layer.id, target: sweep.target.target, ...(cell && { cell }) };
    return this.work.beside('explanation', () => this.#host.calls.call('units', asked, signal));
  }

  /** Makes another neuron of the selected layer the one that is explained; in a cell without a unit the strongest there. */
  async pick(change: Picked): Promise<void> {
    const layer = this.layer.peek();
    const picked = { ...this.picked.peek(), ...change };
    this.methods.picking.value = true;
    const unit = picked.unit ?? (await this.unitsIn(picked.cell, new AbortController().signal))?.units[0]?.index;
    if (layer && unit !== undefined && this.layer.peek() === layer) this.methods.neuron.value = neuronOf(layer, { ...picked, unit });
  }

  /** Runs the method that is asked for. */
  async runMethod(): Promise<void> {
    const { recipe, key } = this.methods;
    const [asked, asKey, sweep] = [recipe.peek(), key.peek(), this.sweep.peek()];
    if (!asked) return;
    const view = await this.work.run('explanation', asked.method, (signal) =>
      this.#host.calls.call('attribute', { recipe: asked }, signal),
    );
    if (view) this.methods.took(asKey, view, sweep);
  }

  setView(change: Partial<ViewSettings>): void {
    this.view.value = { ...this.view.peek(), ...change };
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

  /** What was shown before is no longer what to compare with. */
  #give(get: (signal: AbortSignal) => Promise<GivenInputs | null>, text?: string): Promise<void> {
    this.before.end();
    return this.#take(get, text);
  }

  async #take(get: (signal: AbortSignal) => Promise<GivenInputs | null>, text = 'Reading the input'): Promise<void> {
    const stage = this.model.peek()?.inputs.length === 1 && this.model.peek()?.input ? 'image' : 'input';
    const given = await this.work.run(stage, text, get);
    if (!given || Object.keys(given.sources).length === 0) return;
    batch(() => {
      if (this.given.peek()) this.setView({ zoom: 1 });
      if (given.summary) this.model.value = given.summary;
      this.given.value = given;
      this.sweep.value = undefined;
    });
    if (this.ready.peek()) await this.#runSweep();
  }

  async #runSweep(): Promise<void> {
    const model = this.model.peek();
    if (!model || !isTargetOf(model, this.chosenTarget.peek())) this.chosenTarget.value = undefined;
    const target = this.chosenTarget.peek();
    const sweep = await this.work.run('explanation', 'Explaining every layer', (signal) =>
      this.#host.calls.call('sweep', target === undefined ? {} : { target }, signal),
    );
    if (sweep) this.sweep.value = sweep;
  }

  async #explainSelected(): Promise<void> {
    const layer = this.layer.value;
    const sweep = this.sweep.value;
    this.#explaining.abort();
    if (!layer || !sweep || !(this.methods.isSwept.value || this.methods.isPicking.value) || this.shown.peek()) return;
    this.#explaining = new AbortController();
    const { signal } = this.#explaining;
    try {
      const explanation = await this.#host.calls.call('explain', { layer: layer.id, target: sweep.target.target }, signal);
      this.explained.value = { sweep, byOutput: new Map(this.explainedBeside(sweep)).set(layer.output, explanation) };
    } catch (error) {
      if (!signal.aborted) this.work.failed('explanation', error);
    }
  }

  #takePartial(view: AttributionView): void {
    const key = this.methods.key.peek();
    if (JSON.stringify(view.recipe) === key) this.methods.took(key, view);
  }

  async #offerMethods(): Promise<void> {
    this.methods.offered.value = await this.#host.calls.call('methods', null).catch(() => []);
  }

  /** How much it would take to run what is asked for; what is quick is run at once. */
  async #estimate(): Promise<void> {
    const recipe = this.methods.recipe.value;
    const key = this.methods.key.value;
    if (!recipe || this.methods.view.peek()) return;
    const estimate = await this.#host.calls.call('estimate', { recipe }).catch((error) => this.work.failed('explanation', error));
    if (!estimate || this.methods.key.peek() !== key) return;
    this.methods.estimate.value = { key, estimate };
    if (this.methods.isQuick.peek()) await this.runMethod();
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

/** Whether a target that was chosen before can be one of this model's. */
function isTargetOf({ classes, explains: { dims } }: ModelSummary, target: Target | undefined): boolean {
  if (target === undefined) return true;
  if (target.kind === 'class') return target.index < (classes ?? 1);
  if (target.kind === 'sum')
    return target.terms.every(({ index }) =>
      typeof index === 'number'
        ? index < (classes ?? 1)
        : !dims || (index.length === dims.length && index.every((i, axis) => i < (dims[axis] ?? 0))),
    );
  return (
    classes === undefined && (!dims || (target.ranges.length === dims.length && target.ranges.every(([, to], i) => to <= (dims[i] ?? 0))))
  );
}
