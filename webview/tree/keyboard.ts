import type { Row } from './rows.ts';

/** What a key asks of the tree. */
export type TreeAction =
  | { readonly kind: 'move'; readonly to: number }
  | { readonly kind: 'expand' | 'collapse'; readonly id: string }
  | { readonly kind: 'expand-siblings'; readonly ids: readonly string[] }
  | { readonly kind: 'activate'; readonly index: number };

/** The keys of the ARIA tree pattern; undefined where the key is not for the tree. `page`: rows per page. */
export function treeKey(key: string, rows: readonly Row[], at: number, page: number): TreeAction | undefined {
  const row = rows[at];
  const last = rows.length - 1;
  const move = (to: number): TreeAction => ({ kind: 'move', to: Math.min(last, Math.max(0, to)) });
  switch (key) {
    case 'ArrowDown':
      return move(at + 1);
    case 'ArrowUp':
      return move(at - 1);
    case 'Home':
      return move(0);
    case 'End':
      return move(last);
    case 'PageDown':
      return move(at + page);
    case 'PageUp':
      return move(at - page);
    case 'ArrowRight':
      if (!row?.expandable) return undefined;
      return row.expanded ? move(at + 1) : { kind: 'expand', id: row.layer.id };
    case 'ArrowLeft':
      if (!row) return undefined;
      if (row.expanded) return { kind: 'collapse', id: row.layer.id };
      return row.parent >= 0 ? move(row.parent) : undefined;
    case 'Enter':
    case ' ':
      return row && { kind: 'activate', index: at };
    case '*':
      return row && { kind: 'expand-siblings', ids: rows.filter((r) => r.parent === row.parent && r.expandable).map((r) => r.layer.id) };
    default:
      return undefined;
  }
}

/** Milliseconds after which typing begins a new word. */
const PAUSE = 600;

/** Finds rows by the beginning of their name or kind, as they are typed. */
export class TypeAhead {
  #typed = '';
  #when = 0;

  /** @returns the index of the row that is meant, or undefined */
  find(character: string, rows: readonly Row[], at: number, now: number): number | undefined {
    if (now - this.#when > PAUSE) this.#typed = '';
    this.#when = now;
    this.#typed += character.toLowerCase();
    const again = [...this.#typed].every((c) => c === this.#typed[0]);
    const wanted = again ? (this.#typed[0] ?? '') : this.#typed;
    const from = again || this.#typed.length === 1 ? at + 1 : at;
    for (let i = 0; i < rows.length; i++) {
      const index = (from + i) % rows.length;
      const layer = rows[index]?.layer;
      if (layer && [layer.name, layer.kind].some((text) => text.toLowerCase().startsWith(wanted))) return index;
    }
    return undefined;
  }
}
