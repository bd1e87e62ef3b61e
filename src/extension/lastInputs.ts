import type * as vscode from 'vscode';
import type { InputSource } from '../protocol/inputs.ts';

const LAST_INPUTS = 'inspectum.lastInputs';
const MAX_REMEMBERED = 200;

type Sources = Readonly<Record<string, InputSource>>;

interface Entry {
  /** Absolute path. */
  readonly model: string;
  readonly sources: Sources;
  /** Absolute path of the image that was explained. */
  readonly image?: string;
}

/** What each model's inputs were last given; of this workspace. */
export class LastInputs {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  sourcesOf(model: string): Sources {
    return this.#of(model)?.sources ?? {};
  }

  imageOf(model: string): string | undefined {
    return this.#of(model)?.image;
  }

  remember(entry: Entry): void {
    const others = this.#all().filter(({ model }) => model !== entry.model);
    void this.#state.update(LAST_INPUTS, [entry, ...others].slice(0, MAX_REMEMBERED));
  }

  /** Models that were explained before, the last one first. */
  models(): string[] {
    return this.#all().map(({ model }) => model);
  }

  #of(path: string): Entry | undefined {
    return this.#all().find(({ model }) => model === path);
  }

  #all(): readonly Entry[] {
    return this.#state.get<readonly Entry[]>(LAST_INPUTS, []);
  }
}
