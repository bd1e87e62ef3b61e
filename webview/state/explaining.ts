import { effect } from '@preact/signals';
import type { Cell, ModelSummary, UnitContributions } from '../../src/protocol/model.ts';
import type { Target } from '../../src/protocol/target.ts';
import type { Calls } from '../host.ts';
import type { PanelState } from './panelState.ts';

/** Has a target explained: in every layer by one sweep, and in the selected one where the sweep has no map of it. */
export class Explaining {
  readonly #state: PanelState;
  readonly #calls: Calls;
  #selected = new AbortController();

  constructor(state: PanelState, calls: Calls) {
    this.#state = state;
    this.#calls = calls;
    effect(() => void this.#explainSelected());
  }

  /** Makes a class or a region what is explained; undefined: what would be without a choice. */
  async setTarget(target: Target | undefined): Promise<void> {
    const { chosenTarget, before, ready } = this.#state;
    chosenTarget.value = target;
    before.end();
    if (ready.peek()) await this.sweep();
  }

  async sweep(): Promise<void> {
    const { model: opened, chosenTarget, work, sweep: swept } = this.#state;
    const model = opened.peek();
    if (!model || !isTargetOf(model, chosenTarget.peek())) chosenTarget.value = undefined;
    const target = chosenTarget.peek();
    const sweep = await work.run('explanation', 'Explaining every layer', (signal) =>
      this.#calls.call('sweep', target === undefined ? {} : { target }, signal),
    );
    if (sweep) swept.value = sweep;
  }

  /** The units of the selected layer in a cell of its map, or in all of it. */
  unitsIn(cell: Cell | undefined, signal: AbortSignal): Promise<UnitContributions | undefined> {
    const [layer, sweep] = [this.#state.layer.peek(), this.#state.sweep.peek()];
    if (!layer || !sweep) return Promise.resolve(undefined);
    const asked = { layer: layer.id, target: sweep.target.target, ...(cell && { cell }) };
    return this.#state.work.beside('explanation', () => this.#calls.call('units', asked, signal));
  }

  /** Gives up the selected layer. */
  stop(): void {
    this.#selected.abort();
  }

  async #explainSelected(): Promise<void> {
    const state = this.#state;
    const [layer, sweep] = [state.layer.value, state.sweep.value];
    this.stop();
    if (!layer || !sweep || !state.isOfSweep.value || state.shown.peek()) return;
    this.#selected = new AbortController();
    const { signal } = this.#selected;
    try {
      const explanation = await this.#calls.call('explain', { layer: layer.id, target: sweep.target.target }, signal);
      state.explained.value = { sweep, byOutput: new Map(state.explainedBeside(sweep)).set(layer.output, explanation) };
    } catch (error) {
      if (!signal.aborted) state.work.failed('explanation', error);
    }
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
