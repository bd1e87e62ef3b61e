import { computed, signal } from '@preact/signals';
import type { Explained, LayerMap, Sweep } from '../../src/protocol/model.ts';
import type { LayerIndex } from './layers.ts';

/** What was shown before files were read again, to be seen beside what is shown now until something else is chosen. */
export class Comparison {
  readonly #before = signal<{ readonly sweep: Sweep; readonly index: LayerIndex }>();
  readonly target = computed<Explained | undefined>(() => this.#before.value?.sweep.target);

  keep(sweep: Sweep, index: LayerIndex): void {
    this.#before.value = { sweep, index };
  }

  end(): void {
    this.#before.value = undefined;
  }

  /** A layer's map of before; undefined where it had none, or nothing is compared. */
  mapOf(layer: string | undefined): LayerMap | undefined {
    const { sweep, index } = this.#before.value ?? {};
    const output = index?.byId.get(layer ?? '')?.output;
    return sweep?.maps.find((map) => map.output === output);
  }
}
