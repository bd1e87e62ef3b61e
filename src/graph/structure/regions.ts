import type { Dataflow } from './dataflow.ts';

/** What lies between a value that is used more than once and where its branches meet again, end included. */
export interface Region {
  /** Its place in the list of all, inner ones first. */
  readonly index: number;
  /** The vertex that all branches come from; it is outside. */
  readonly entry: number;
  /** The vertex in which they meet. */
  readonly exit: number;
  /** Vertices that are in no inner region. */
  readonly own: readonly number[];
  readonly inner: readonly Region[];
  readonly outer: Region | undefined;
}

export interface Regions {
  /** In the order of their exits: inner ones come before what is around them. */
  readonly all: readonly Region[];
  /** The innermost region of each vertex. */
  readonly of: readonly (Region | undefined)[];
}

/** What is told of each region when all in it is known. */
export interface Visitor {
  /**
   * Whether a region that ends here is the next link of a chain of which an earlier one, with the same entry, is a link: then both stand
   * side by side.
   */
  isChained(exit: number, earlier: Region): boolean;
  completed(region: Region, of: Regions['of']): void;
}

/**
 * The regions of all vertices in which branches meet, nested. A vertex is in one innermost region, and regions do not overlap: of two
 * that would, the later one has only what is left. Takes time in proportion to vertices and edges.
 * @param entries the immediate dominator of each vertex
 */
export function regionsOf({ before }: Dataflow, entries: Int32Array, visitor: Visitor): Regions {
  const of: (Growing | undefined)[] = new Array(before.length).fill(undefined);
  const all: Growing[] = [];
  for (let exit = 1; exit < before.length; exit++) {
    const branches = before[exit] as readonly number[];
    if (branches.length < 2) continue;
    const region = new Growing(all.length, entries[exit] as number, exit);
    of[exit] = region;
    const pending = [...branches];
    for (let vertex = pending.pop(); vertex !== undefined; vertex = pending.pop()) {
      if (vertex === region.entry) continue;
      const inside = of[vertex];
      if (!inside) {
        of[vertex] = region;
        region.own.push(vertex);
        for (const source of before[vertex] as readonly number[]) pending.push(source);
        continue;
      }
      const top = inside.outermost();
      // Whose entry lies before this one's holds it, and more.
      if (top === region || top.entry < region.entry) continue;
      if (top.entry === region.entry && visitor.isChained(exit, top)) region.follow(top);
      else {
        region.takeIn(top);
        pending.push(top.entry);
      }
    }
    all.push(region);
    visitor.completed(region, of);
  }
  return { all, of };
}

class Growing implements Region {
  readonly own: number[];
  readonly inner: Growing[] = [];
  readonly index: number;
  readonly entry: number;
  readonly exit: number;
  outer: Growing | undefined = undefined;
  /** One further out: the way to the outermost, which gets shorter whenever somebody goes it. */
  #out: Growing | undefined = undefined;
  /** The link before in a chain: who takes in the one takes in the others. */
  #link: Growing | undefined = undefined;

  constructor(index: number, entry: number, exit: number) {
    this.index = index;
    this.entry = entry;
    this.exit = exit;
    this.own = [exit];
  }

  outermost(): Growing {
    let top: Growing = this;
    while (top.#out) top = top.#out;
    for (let at: Growing = this; at !== top; ) {
      const next = at.#out as Growing;
      at.#out = top;
      at = next;
    }
    return top;
  }

  follow(earlier: Growing): void {
    if (earlier.exit > (this.#link?.exit ?? 0)) this.#link = earlier;
  }

  takeIn(region: Growing): void {
    for (let next: Growing | undefined = region; next && !next.outer; next = next.#link) {
      next.outer = this;
      next.#out = this;
      this.inner.push(next);
    }
  }
}
