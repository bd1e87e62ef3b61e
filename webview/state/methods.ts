import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { BaselinePreview, BaselineSpec } from '../../src/protocol/baselines.ts';
import type { AttributionView, Estimate, MethodInfo, Recipe } from '../../src/protocol/methods.ts';
import type { Layer, Sweep } from '../../src/protocol/model.ts';
import type { MethodMemory, MethodSettings } from '../../src/protocol/panel.ts';

/** The method whose maps of all layers come from one pass. */
export const SWEEP_METHOD = 'LayerGradCam';

/** Milliseconds up to which a method runs without being told to. */
const AT_ONCE = 1500;

const NOTHING: MethodSettings = { set: {} };

/** What a recipe depends on besides the method. */
interface Surroundings {
  readonly layer: ReadonlySignal<Layer | undefined>;
  readonly sweep: ReadonlySignal<Sweep | undefined>;
}

/** Which method is asked, with which settings, and what came of it. */
export class Methods {
  /** All that there are for the open model, those that answer a question first. */
  readonly offered = signal<readonly MethodInfo[]>([]);
  readonly chosen = signal(SWEEP_METHOD);
  /** The neuron of the selected layer, as `--neuron` takes it. */
  readonly neuron = signal<string>();
  /** Another neuron is being picked. */
  readonly picking = signal(false);
  /** What somebody set, by method. */
  readonly settings = signal<ReadonlyMap<string, MethodSettings>>(new Map());
  /** The form of the parameters is open. */
  readonly editing = signal(false);
  /** What came of a recipe, or what there is of it so far, on the inputs of a sweep. */
  readonly #result = signal<{ readonly sweep: Sweep | undefined; readonly key: string; readonly view: AttributionView }>();
  /** A baseline that was read to be shown before it is used. */
  readonly preview = signal<{ readonly baseline: BaselineSpec; readonly read: BaselinePreview }>();
  readonly estimate = signal<{ readonly key: string; readonly estimate: Estimate }>();

  readonly info = computed<MethodInfo | undefined>(() => this.offered.value.find(({ name }) => name === this.chosen.value));
  readonly own = computed<MethodSettings>(() => this.settings.value.get(this.chosen.value) ?? NOTHING);
  /** Parameters that are not at Captum's defaults: those that suit the model better, and what somebody set. */
  readonly set = computed<Readonly<Record<string, unknown>>>(() => {
    const suggested = (this.info.value?.parameters ?? []).flatMap(({ name, suggestion }) =>
      suggestion === undefined ? [] : [[name, suggestion] as const],
    );
    return { ...Object.fromEntries(suggested), ...this.own.value.set };
  });
  /** The sweep answers it: nothing is to be run. */
  readonly isSwept = computed(() => this.chosen.value === SWEEP_METHOD && Object.keys(this.own.value.set).length === 0);
  /** The layer is shown, for its neuron to be picked. */
  readonly isPicking = computed(() => this.info.value?.level === 'neuron' && (this.picking.value || this.neuron.value === undefined));
  /** It attributes to the input, whatever layer is selected. */
  readonly isOfPixels = computed(
    () => !this.isSwept.value && this.info.value !== undefined && (this.info.value.level !== 'layer' || this.info.value.ofInput === true),
  );
  /** What is asked for; undefined where something is missing yet, or the sweep has it. */
  readonly recipe: ReadonlySignal<Recipe | undefined>;
  readonly key = computed(() => JSON.stringify(this.recipe.value ?? null));
  /** What came of what is asked for. */
  readonly view: ReadonlySignal<AttributionView | undefined>;
  readonly cost = computed(() => (this.estimate.value?.key === this.key.value ? this.estimate.value.estimate : undefined));
  /** It is so quick that it needs no asking. */
  readonly isQuick = computed(() => (this.cost.value?.ms ?? Number.POSITIVE_INFINITY) <= AT_ONCE);

  readonly #sweep: ReadonlySignal<Sweep | undefined>;

  constructor({ layer, sweep }: Surroundings) {
    this.#sweep = sweep;
    this.view = computed(() => {
      const result = this.#result.value;
      return result && result.sweep === sweep.value && result.key === this.key.value ? result.view : undefined;
    });
    this.recipe = computed(() => {
      const { info, own } = this;
      const [method, settings, swept, at, neuron] = [info.value, own.value, sweep.value, layer.value, this.neuron.value];
      if (!method || !swept || this.isSwept.value) return undefined;
      if (method.level !== 'primary' && !at) return undefined;
      if (method.level === 'neuron' && neuron === undefined) return undefined;
      if (method.baselines === 'distribution' && settings.baseline === undefined) return undefined;
      return {
        method: method.name,
        ...(method.level !== 'primary' && at && { layer: at.id }),
        ...(method.level === 'neuron' && neuron !== undefined && { neuron }),
        ...(method.needsTarget && { target: swept.target.target }),
        ...(method.baselines !== 'none' && settings.baseline !== undefined && { baseline: settings.baseline }),
        set: this.set.value,
      };
    });
  }

  /** Keeps what was set for other methods. Parameters that are undefined go back to what they are without a choice. */
  change(change: Partial<Omit<MethodSettings, 'set'>> & { readonly set?: Readonly<Record<string, unknown>> }): void {
    const { own, chosen } = this;
    const merged = { ...own.peek(), ...change, set: { ...own.peek().set, ...change.set } };
    const set = Object.fromEntries(Object.entries(merged.set).filter(([, value]) => value !== undefined));
    this.settings.value = new Map(this.settings.peek()).set(chosen.peek(), { ...merged, set });
  }

  /** What came of a recipe, by its key. @param sweep that was shown when it was asked */
  took(key: string, view: AttributionView, sweep = this.#sweep.peek()): void {
    this.#result.value = { sweep, key, view };
  }

  reset(): void {
    const settings = new Map(this.settings.peek());
    settings.delete(this.chosen.peek());
    this.settings.value = settings;
  }

  get memory(): MethodMemory {
    const neuron = this.neuron.value;
    return {
      chosen: this.chosen.value,
      settings: Object.fromEntries(this.settings.value),
      ...(neuron !== undefined && { neuron }),
    };
  }

  restore({ chosen, settings, neuron }: MethodMemory): void {
    this.chosen.value = chosen;
    this.neuron.value = neuron;
    this.settings.value = new Map(Object.entries(settings));
  }
}
