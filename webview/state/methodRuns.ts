import { batch, effect } from '@preact/signals';
import type { AttributionView, BaselineSort } from '../../src/protocol/methods.ts';
import type { Calls } from '../host.ts';
import { neuronOf, type Picked } from '../method/neuron.ts';
import type { Explaining } from './explaining.ts';
import { DEFAULT_VIEW, type PanelState } from './panelState.ts';

/** Captum's outlier_perc. */
const CAPTUM_OUTLIERS = 2;
/** Files of a distribution: each takes memory, and of some methods a pass. */
const MOST_BASELINES = 200;
/** Maps of every pixel lie on a background that is made for them, which shows as they do. */
const OPAQUE = 1;

/** Asks a method: which one, compared with what, of which neuron; and runs it, at once where it is quick. */
export class MethodRuns {
  readonly #state: PanelState;
  readonly #calls: Calls;
  readonly #explaining: Explaining;

  constructor(state: PanelState, calls: Calls, explaining: Explaining) {
    this.#state = state;
    this.#calls = calls;
    this.#explaining = explaining;
    effect(() => void this.#estimate());
  }

  async offer(): Promise<void> {
    this.#state.methods.offered.value = await this.#calls.call('methods', null).catch(() => []);
  }

  /** Asks another method. Maps of pixels have a few that outshine all others, which Captum clips, and are thin. */
  choose(name: string): void {
    const { methods, before, work } = this.#state;
    batch(() => {
      const wasOfPixels = methods.isOfPixels.peek();
      work.forget('explanation');
      methods.chosen.value = name;
      const isOfPixels = methods.isOfPixels.peek();
      if (isOfPixels !== wasOfPixels)
        this.#state.setView(
          isOfPixels ? { outlierPercent: CAPTUM_OUTLIERS, opacity: OPAQUE } : { outlierPercent: 0, opacity: DEFAULT_VIEW.opacity },
        );
      before.end();
    });
  }

  /** Lets the person choose files that the method compares with; what cannot be read is not taken. */
  async chooseBaselines(of: BaselineSort): Promise<void> {
    const { methods, work } = this.#state;
    const method = methods.chosen.peek();
    const chosen = await work.beside('baseline', () => this.#calls.call('chooseBaselines', { of }));
    const [first] = chosen?.files ?? [];
    if (!chosen || first === undefined) return;
    const { length } = chosen.files;
    if (length > MOST_BASELINES) {
      const message = `${length} files were chosen, and at most ${MOST_BASELINES} are compared with at once: choose fewer.`;
      work.failed('baseline', { kind: 'too-large', message });
      return;
    }
    const baseline = length > 1 ? chosen.files : first;
    // what is of a layer's value is no picture to be looked at before
    if (of === 'layer') {
      if (methods.chosen.peek() === method) methods.change({ baseline });
      return;
    }
    const read = await work.run('baseline', 'Reading the baseline', (signal) => this.#calls.call('baselines', { baseline }, signal));
    if (!read || methods.chosen.peek() !== method) return;
    batch(() => {
      methods.preview.value = { baseline, read };
      methods.change({ baseline });
    });
  }

  /** Makes another neuron of the selected layer the one that is explained; in a cell without a unit the strongest there. */
  async pick(change: Picked): Promise<void> {
    const { layer: selected, picked: before, methods } = this.#state;
    const layer = selected.peek();
    const picked = { ...before.peek(), ...change };
    methods.picking.value = true;
    const unit = picked.unit ?? (await this.#explaining.unitsIn(picked.cell, new AbortController().signal))?.units[0]?.index;
    if (layer && unit !== undefined && selected.peek() === layer) methods.neuron.value = neuronOf(layer, { ...picked, unit });
  }

  /** Runs what is asked for. */
  async run(): Promise<void> {
    const { methods, work, sweep: swept } = this.#state;
    const [asked, asKey, sweep] = [methods.recipe.peek(), methods.key.peek(), swept.peek()];
    if (!asked) return;
    const view = await work.run('explanation', asked.method, (signal) => this.#calls.call('attribute', { recipe: asked }, signal));
    if (view) methods.took(asKey, view, sweep);
  }

  /** What there is so far of what is asked for; of anything else it is left. */
  takePartial(view: AttributionView): void {
    const { methods } = this.#state;
    const key = methods.key.peek();
    if (JSON.stringify(view.recipe) === key) methods.took(key, view);
  }

  /** How much it would take to run what is asked for; what is quick is run at once. */
  async #estimate(): Promise<void> {
    const { methods, work } = this.#state;
    const recipe = methods.recipe.value;
    const key = methods.key.value;
    if (!recipe || methods.view.peek()) return;
    const estimate = await this.#calls.call('estimate', { recipe }).catch((error) => work.failed('explanation', error));
    if (!estimate || methods.key.peek() !== key) return;
    methods.estimate.value = { key, estimate };
    if (methods.isQuick.peek()) await this.run();
  }
}
