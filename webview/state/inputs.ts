import { batch } from '@preact/signals';
import type { GivenInputs, InputSource } from '../../src/protocol/inputs.ts';
import type { ShownClass } from '../../src/protocol/model.ts';
import type { DroppedFile } from '../../src/protocol/panel.ts';
import type { Calls } from '../host.ts';
import type { Explaining } from './explaining.ts';
import type { PanelState } from './panelState.ts';

const CHOOSING = 'Waiting for a choice';

type Given = (signal: AbortSignal) => Promise<GivenInputs | null>;

/** Gives the model its inputs, and has it explained as soon as it has all of them. */
export class Inputs {
  readonly #state: PanelState;
  readonly #calls: Calls;
  readonly #explaining: Explaining;

  constructor(state: PanelState, calls: Calls, explaining: Explaining) {
    this.#state = state;
    this.#calls = calls;
    this.#explaining = explaining;
  }

  async refreshOffered(): Promise<void> {
    this.#state.offered.value = await this.#calls.call('images', null).catch(() => []);
  }

  setImage(source: { readonly path: string } | DroppedFile): Promise<void> {
    return this.give((signal) => this.#calls.call('setImage', source, signal));
  }

  chooseImage(): Promise<void> {
    return this.give((signal) => this.#calls.call('chooseImage', null, signal), CHOOSING);
  }

  /** Gives any input of the model something. */
  set(input: string, source: InputSource): Promise<void> {
    return this.give((signal) => this.#calls.call('setInput', { input, source }, signal));
  }

  choose(input: string): Promise<void> {
    return this.give((signal) => this.#calls.call('chooseInput', { input }, signal), CHOOSING);
  }

  /** What the model had before, given again. */
  restore(): Promise<void> {
    return this.#take((signal) => this.#calls.call('restoreInputs', null, signal));
  }

  /** What was shown before is no longer what to compare with. */
  give(get: Given, text?: string): Promise<void> {
    this.#state.before.end();
    return this.#take(get, text);
  }

  /** Says which class the image shows; null: what was said is forgotten. */
  async setTruth(truth: ShownClass | null): Promise<void> {
    const { given: current, work } = this.#state;
    const given = current.peek();
    if (!given?.image) return;
    const { name: image } = given.image;
    const known = await work.beside('choice', () => this.#calls.call('setTruth', { image, truth }));
    if (known === undefined || current.peek() !== given) return;
    const { truth: _, ...rest } = given.image;
    current.value = { ...given, image: { ...rest, ...(known && { truth: known }) } };
  }

  async #take(get: Given, text = 'Reading the input'): Promise<void> {
    const state = this.#state;
    const model = state.model.peek();
    const given = await state.work.run(model?.inputs.length === 1 && model.input ? 'image' : 'input', text, get);
    if (!given || Object.keys(given.sources).length === 0) return;
    batch(() => {
      if (state.given.peek()) state.setView({ zoom: 1 });
      if (given.summary) state.model.value = given.summary;
      state.given.value = given;
      state.sweep.value = undefined;
    });
    if (state.ready.peek()) await this.#explaining.sweep();
  }
}
