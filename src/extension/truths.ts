import type * as vscode from 'vscode';
import type { ShownClass, Truth } from '../protocol/model.ts';

const TRUTHS = 'inspectum.truths';
const MAX_REMEMBERED = 5000;

type Said = readonly (readonly [model: string, image: string, index: number, negated?: true])[];

/** Which class of a model a person says that an image shows; by paths, of this workspace. */
export class Truths {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  of(model: string, image: string): Truth | undefined {
    const said = this.#all().find(([m, i]) => m === model && i === image);
    return said && { index: said[2], ...(said[3] && { negated: said[3] }), from: 'hand', where: 'set by hand' };
  }

  /** @param truth null: forget it */
  remember(model: string, image: string, truth: ShownClass | null): void {
    const others = this.#all().filter(([m, i]) => m !== model || i !== image);
    const said = truth && ([model, image, truth.index, ...(truth.negated ? [truth.negated] : [])] as const);
    void this.#state.update(TRUTHS, said ? [said, ...others].slice(0, MAX_REMEMBERED) : others);
  }

  #all(): Said {
    return this.#state.get<Said>(TRUTHS, []);
  }
}
