import { computed, signal } from '@preact/signals';
import type { AttributionView, Recipe } from '../../src/protocol/methods.ts';
import type { Explained, LayerExplanation, LayerMap, Sweep } from '../../src/protocol/model.ts';
import type { LayerIndex } from './layers.ts';

interface Before {
  readonly sweep: Sweep;
  /** Explanations beside it, by value. */
  readonly explained: ReadonlyMap<string, LayerExplanation>;
  readonly index: LayerIndex;
  /** What came of a method, where another than the sweep's was asked. */
  readonly view: AttributionView | undefined;
}

/** A map of before, and what it explained. */
export interface MapBefore {
  readonly map: LayerMap;
  readonly target: Explained;
}

/** What was shown before files were read again, to be seen beside what is shown now until something else is chosen. */
export class Comparison {
  readonly #before = signal<Before>();
  readonly isOn = computed(() => this.#before.value !== undefined);

  keep(before: Before): void {
    this.#before.value = before;
  }

  end(): void {
    this.#before.value = undefined;
  }

  /** The sweep's map of a layer; undefined where it had none, it was too large to be at hand, or nothing is compared. */
  mapOf(layer: string | undefined): MapBefore | undefined {
    const { sweep, explained, index } = this.#before.value ?? {};
    const output = index?.byId.get(layer ?? '')?.output ?? '';
    const alone = explained?.get(output);
    const map = alone?.kind === 'map' ? alone.map : sweep?.maps.find((one) => one.output === output && !one.reduced);
    return sweep && map && { map, target: sweep.target };
  }

  /** What came of the same recipe, for what was explained then; undefined where it was asked for otherwise, or is no whole map. */
  resultOf(recipe: Recipe | undefined): MapBefore | undefined {
    const { view } = this.#before.value ?? {};
    const isSame = recipe && view && view.fraction === undefined && withoutTarget(view.recipe) === withoutTarget(recipe);
    return isSame && view.explanation.kind === 'map' ? view.explanation : undefined;
  }
}

const withoutTarget = (recipe: Recipe): string => JSON.stringify({ ...recipe, target: undefined });
