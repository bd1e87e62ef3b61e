/** Names of a model's values and nodes: each once. */
export class Names {
  readonly #taken = new Set<string>();
  readonly #counts = new Map<string, number>();

  take(name: string): void {
    this.#taken.add(name);
  }

  /** A name that nothing has yet: the hint, or the hint with a number. */
  fresh(hint: string): string {
    let name = hint;
    for (let n = this.#counts.get(hint) ?? 2; this.#taken.has(name); n++) {
      name = `${hint}_${n}`;
      this.#counts.set(hint, n + 1);
    }
    this.#taken.add(name);
    return name;
  }
}
