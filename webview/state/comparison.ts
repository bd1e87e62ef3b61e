import { computed, signal } from '@preact/signals';
import type { Explained, LayerExplanation, LayerMap, Sweep } from '../../src/protocol/model.ts';
import type { LayerIndex } from './layers.ts';

interface Before {
  readonly sweep: Sweep;
  /** Explanations beside it, by value. */
  readonly explained: ReadonlyMap<string, LayerExplanation>;
  readonly index: LayerIndex;
}

/** What was shown before files were read again, to be seen beside what is shown now until something else is chosen. */
export class Comparison {
  readonly #before = signal<Before>();
  readonly target = computed<Explained | undefined>(() => this.#before.value?.sweep.target);

  keep(before: Before): void {
    this.#before.value = before;
  }

  end(): void {
    this.#before.value = undefined;
  }

  /** A layer's map of before; undefined where it had none, it was too large to be at hand, or nothing is compared. */
  mapOf(layer: string | undefined): LayerMap | undefined {
    const { sweep, explained, index } = this.#before.value ?? {};
    const output = index?.byId.get(layer ?? '')?.output ?? '';
    const alone = explained?.get(output);
    return alone?.kind === 'map' ? alone.map : sweep?.maps.find((map) => map.output === output && !map.reduced);
  }
}
