import type * as vscode from 'vscode';
import type { Truth } from '../protocol/model.ts';

const TRUTHS = 'inspectum.truths';
const MAX_REMEMBERED = 5000;

type Said = readonly (readonly [model: string, image: string, index: number])[];

/** Which class of a model a person says that an image shows; by paths, of this workspace. */
export class Truths {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  of(model: string, image: string): Truth | undefined {
    const said = this.#all().find(([m, i]) => m === model && i === image);
    return said && { index: said[2], from: 'hand', where: 'set by hand' };
  }

  /** @param index null: forget it */
  remember(model: string, image: string, index: number | null): void {
    const others = this.#all().filter(([m, i]) => m !== model || i !== image);
    void this.#state.update(TRUTHS, index === null ? others : [[model, image, index], ...others].slice(0, MAX_REMEMBERED));
  }

  #all(): Said {
    return this.#state.get<Said>(TRUTHS, []);
  }
}
