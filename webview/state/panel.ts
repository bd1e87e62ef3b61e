import { batch, computed, effect, signal } from '@preact/signals';
import type { Choices } from '../../src/protocol/choices.ts';
import type { GivenInputs, InputSource } from '../../src/protocol/inputs.ts';
import type {
  ConventionOutcome,
  Explained,
  InputImage,
  Layer,
  LayerExplanation,
  LayerMap,
  ModelSummary,
  Sweep,
} from '../../src/protocol/model.ts';
import type { DroppedFile, FilesChanged, OfferedImage, PanelEvents, PanelMemory, ViewSettings } from '../../src/protocol/panel.ts';
import type { Target } from '../../src/protocol/target.ts';
import { connect } from '../host.ts';
import { blankFor } from '../image/blank.ts';
import { indexLayers, type LayerIndex } from './layers.ts';
import type { Stage } from './problems.ts';
import { Work } from './work.ts';

const DEFAULT_VIEW: ViewSettings = {
  opacity: 0.62,
  colormap: 'inferno',
  sign: 'positive',
  outlierPercent: 0,
  upsampling: 'bilinear',
  over: 'original',
  zoom: 1,
};

/** What is shown of the selected layer. */
export type Shown =
  | { readonly kind: 'map'; readonly map: LayerMap; readonly target: Explained }
  | Exclude<LayerExplanation, { kind: 'map' }>;

/** What was shown before files were read again. */
interface Before {
  readonly sweep: Sweep;
  readonly index: LayerIndex;
}

/** The panel's state and what can be done to it. One per page. */
export class Panel {
  readonly model = signal<ModelSummary>();
  /** What the model's inputs have; undefined: nothing yet. */
  readonly given = signal<GivenInputs>();
  readonly offered = signal<readonly OfferedImage[]>([]);
  readonly sweep = signal<Sweep>();
  /** The class that somebody chose; undefined: the top one, whichever it is. */
  readonly chosenTarget = signal<Target>();
  /** What somebody chose for this model, in place of what was inferred. */
  readonly choices = signal<Choices>({ explain: 'logits' });
  readonly selected = signal<string>();
  readonly view = signal<ViewSettings>(DEFAULT_VIEW);
  readonly columns = signal<readonly [number, number]>();
  readonly work = new Work();
  /** The best classes of the image under the usual conventions, since somebody asked. */
  readonly conventions = signal<readonly ConventionOutcome[]>();
  /** The usual conventions are being looked at. */
  readonly comparing = signal(false);
  /** Files that were written since they were read, where the person is to be asked. */
  readonly changed = signal<FilesChanged>();
  /** For comparison, until something else is chosen. */
  readonly before = signal<Before>();
  /** A region of the explained value is being drawn on the image. */
  readonly drawing = signal(false);
  /** Commands from outside that a component carries out. */
  readonly command = signal<{ readonly name: PanelEvents['command'] }>();

  readonly index = computed(() => indexLayers(this.model.value?.layers ?? []));
  readonly layer = computed<Layer | undefined>(() => this.index.value.byId.get(this.selected.value ?? ''));
  readonly maps = computed<ReadonlyMap<string, LayerMap>>(() => new Map(this.sweep.value?.maps.map((map) => [map.output, map])));
  /** The selected layer's map before files were read again. */
  readonly mapBefore = computed<LayerMap | undefined>(() => {
    const { sweep, index } = this.before.value ?? {};
    const output = index?.byId.get(this.selected.value ?? '')?.output;
    return sweep?.maps.find((map) => map.output === output);
  });
  readonly shown = computed<Shown | undefined>(() => this.#shown());
  /** The image that the model was given. */
  readonly photo = computed<InputImage | undefined>(() => this.given.value?.image);
  /** What maps are laid over: the photo, or nothing but black. */
  readonly image = computed<InputImage | undefined>(() => {
    const shown = this.shown.value;
    return this.photo.value ?? (shown?.kind === 'map' ? blankFor(shown.map) : undefined);
  });
  /** Every input has something, so that there is something to compute. */
  readonly ready = computed(() => this.given.value?.missing.length === 0);
  readonly phase = computed(() => {
    if (this.work.problem.value) return 'error';
    if (this.work.job.value || !this.model.value) return 'loading';
    return this.ready.value ? 'ready' : 'empty';
  });

  /** Explanations of layers that the sweep has no map of, by layer and sweep. */
  readonly #explained = signal<{ readonly sweep: Sweep; readonly byOutput: ReadonlyMap<string, LayerExplanation> }>();
  readonly #host = connect({
    progress: (progress) => {
      this.work.progress.value = progress;
    },
    selectLayer: ({ layer }) => this.select(layer, false),
    command: (name) => {
      this.command.value = { name };
    },
    given: (given) => void this.#take(() => Promise.resolve(given)),
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

  #restored: PanelMemory = this.#host.memory;
  #explaining = new AbortController();

  constructor() {
    const { view, columns, target, choices } = this.#restored;
    if (choices) this.choices.value = choices;
    if (view) this.view.value = { ...DEFAULT_VIEW, ...view };
    if (columns) this.columns.value = columns;
    this.chosenTarget.value = target;
    effect(() => this.#remember());
    effect(() => this.#explainSelected());
  }

  /** Opens the model, and what was shown before the page went away. */
  async start(): Promise<void> {
    const model = await this.work.run('model', 'Reading the model', (signal) =>
      this.#host.calls.call('open', { choices: this.choices.peek() }, signal),
    );
    if (!model) return;
    const layer = this.selected.peek() ?? this.#restored.layer;
    batch(() => {
      this.model.value = model;
      if (!isTargetOf(model, this.chosenTarget.peek())) this.chosenTarget.value = undefined;
      this.selected.value = this.index.value.byId.has(layer ?? '') ? layer : model.defaultLayer;
    });
    this.#tellSelected();
    if (this.given.peek() || this.#restored.given) await this.#take((signal) => this.#host.calls.call('restoreInputs', null, signal));
    if (!this.given.peek()) await this.refreshOffered();
  }

  async refreshOffered(): Promise<void> {
    this.offered.value = await this.#host.calls.call('images', null).catch(() => []);
  }

  /** After a failure: everything again, with the same layer, target and view. */
  retry(): Promise<void> {
    const { stage, kind } = this.work.problem.peek() ?? {};
    this.work.problem.value = undefined;
    if (stage === 'explanation' && kind !== 'changed' && this.model.peek() && this.ready.peek()) return this.#runSweep();
    return this.start();
  }

  /** Reads everything again, and keeps what was shown for comparison. */
  reload(): Promise<void> {
    const sweep = this.sweep.peek();
    if (sweep) this.before.value = { sweep, index: this.index.peek() };
    this.changed.value = undefined;
    return this.start();
  }

  setImage(source: { readonly path: string } | DroppedFile): Promise<void> {
    this.before.value = undefined;
    return this.#take((signal) => this.#host.calls.call('setImage', source, signal));
  }

  /** Gives any input of the model something. */
  setInput(input: string, source: InputSource): Promise<void> {
    this.before.value = undefined;
    return this.#take((signal) => this.#host.calls.call('setInput', { input, source }, signal));
  }

  chooseInput(input: string): Promise<void> {
    this.before.value = undefined;
    return this.#take((signal) => this.#host.calls.call('chooseInput', { input }, signal), 'Waiting for a choice');
  }

  chooseImage(): Promise<void> {
    this.before.value = undefined;
    return this.#take((signal) => this.#host.calls.call('chooseImage', null, signal), 'Waiting for a choice');
  }

  /** Makes a class the one that is explained; undefined: the top class again. */
  setTarget(target: Target | undefined): Promise<void> {
    this.chosenTarget.value = target;
    this.before.value = undefined;
    return this.ready.peek() ? this.#runSweep() : Promise.resolve();
  }

  /** Chooses something for the model in place of what was inferred, and shows it with that. */
  choose(change: { readonly [K in keyof Choices]?: Choices[K] | undefined }): Promise<void> {
    const entries = Object.entries({ ...this.choices.peek(), ...change }).filter(([, value]) => value !== undefined);
    this.choices.value = Object.fromEntries(entries);
    return this.start();
  }

  /** Shows a layer; unknown ones are ignored. `tell`: the native tree follows. */
  select(id: string, tell = true): void {
    if (!this.index.peek().byId.has(id) || this.selected.peek() === id) return;
    batch(() => {
      this.selected.value = id;
      if (this.work.problem.peek()?.stage === 'explanation') this.work.problem.value = undefined;
    });
    if (tell) this.#tellSelected();
  }

  /** Gives up the job, and has the compute process stop it. */
  cancel(): void {
    void this.#host.calls.call('cancel', null).catch(() => null);
    this.work.job.peek()?.cancel();
  }

  async compareConventions(): Promise<void> {
    this.conventions.value = undefined;
    if (!this.photo.peek()) return;
    const outcomes = await this.work.run('conventions', 'Comparing the usual conventions', (signal) =>
      this.#host.calls.call('conventions', null, signal),
    );
    if (outcomes) this.conventions.value = outcomes;
  }

  /** Writes what was chosen into inspectum.json, which says it from then on. */
  async saveConfiguration(): Promise<void> {
    const saved = await this.work.run('configuration', 'Saving inspectum.json', (signal) =>
      this.#host.calls.call('saveConfiguration', null, signal),
    );
    if (saved) await this.choose({ input: undefined, labels: undefined });
  }

  /** Says which class the image shows; null: what was said is forgotten. */
  async setTruth(index: number | null): Promise<void> {
    const given = this.given.peek();
    if (!given?.image) return;
    const truth = await this.#host.calls.call('setTruth', { image: given.image.name, index });
    const { truth: _, ...image } = given.image;
    if (this.given.peek() === given) this.given.value = { ...given, image: { ...image, ...(truth && { truth }) } };
  }

  /** Takes the class names of a file. */
  async setLabels(source: { readonly path: string } | DroppedFile): Promise<void> {
    const file = 'path' in source ? source.path : (await this.#host.calls.call('keepLabels', source)).file;
    await this.choose({ labels: { file } });
  }

  async chooseLabels(): Promise<void> {
    const chosen = await this.#host.calls.call('chooseLabels', null);
    if (chosen) await this.choose({ labels: chosen });
  }

  /** Explains another output, whose values the target so far says nothing about. */
  chooseOutput(output: string): Promise<void> {
    this.chosenTarget.value = undefined;
    return this.choose({ output });
  }

  setView(change: Partial<ViewSettings>): void {
    this.view.value = { ...this.view.peek(), ...change };
  }

  async savePicture(suggestedName: string, png: Uint8Array): Promise<void> {
    await this.work.run('saving', 'Saving the picture', (signal) => this.#host.calls.call('savePicture', { suggestedName, png }, signal));
  }

  /** Fails without a call to the extension having been made: the panel itself found something wrong. */
  fail(stage: Stage, kind: string, message: string): void {
    this.work.failed(stage, { kind, message });
  }

  #tellSelected(): void {
    const layer = this.selected.peek();
    if (layer !== undefined) void this.#host.calls.call('layerSelected', { layer }).catch(() => null);
  }

  async #take(get: (signal: AbortSignal) => Promise<GivenInputs | null>, text = 'Reading the input'): Promise<void> {
    const given = await this.work.run('image', text, get);
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
    const target = this.chosenTarget.peek();
    const sweep = await this.work.run('explanation', 'Explaining every layer', (signal) =>
      this.#host.calls.call('sweep', target === undefined ? {} : { target }, signal),
    );
    if (sweep) this.sweep.value = sweep;
  }

  #shown(): Shown | undefined {
    const layer = this.layer.value;
    const sweep = this.sweep.value;
    if (!layer || !sweep) return undefined;
    const map = this.maps.value.get(layer.output);
    if (map) return { kind: 'map', map, target: sweep.target };
    const explained = this.#explained.value;
    return explained?.sweep === sweep ? explained.byOutput.get(layer.output) : undefined;
  }

  #explainSelected(): void {
    const layer = this.layer.value;
    const sweep = this.sweep.value;
    this.#explaining.abort();
    if (!layer || !sweep || this.shown.peek()) return;
    this.#explaining = new AbortController();
    const { signal } = this.#explaining;
    void this.#host.calls
      .call('explain', { layer: layer.id, target: sweep.target.target }, signal)
      .then((explanation) => {
        const before = this.#explained.peek();
        const byOutput = new Map(before?.sweep === sweep ? before.byOutput : []);
        this.#explained.value = { sweep, byOutput: byOutput.set(layer.output, explanation) };
      })
      .catch((error) => {
        if (!signal.aborted) this.work.failed('explanation', error);
      });
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
    };
    this.#host.remember(memory);
  }
}

/** Whether a remembered target can be one of this model's. */
const isTargetOf = ({ classes = 1, explains }: ModelSummary, target: Target | undefined): boolean =>
  target?.kind === 'region' ? target.ranges.length === explains.dims?.length : (target?.index ?? 0) < classes;

/** The last part of a path, for display. */
export const fileNameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
