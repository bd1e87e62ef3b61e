import type { Engine, EngineOptions, Session } from '../engines/engine.ts';
import type { Graph } from '../graph/graph.ts';
import { byteLength } from '../tensor/dtype.ts';
import { sizeOf } from '../tensor/tensor.ts';

/** A session holds its weights and packed copies of them. */
const COPIES = 2.5;

/** Keeps the sessions that were used last, within a budget of memory. */
export class SessionCache {
  readonly #engine: Engine;
  readonly #options: EngineOptions;
  readonly #budget: number;
  readonly #check: () => void;
  readonly #held = new Map<string, { readonly session: Promise<Session>; readonly bytes: number }>();

  /**
   * @param budget bytes that the sessions may take by estimate; the one in use always may
   * @param check throws where the weights can no longer be relied on; called before a session is made or used
   */
  constructor(engine: Engine, options: EngineOptions, budget: number, check: () => void) {
    this.#engine = engine;
    this.#options = options;
    this.#budget = budget;
    this.#check = check;
  }

  /** The session of this key, made by `build` if it is not there. Engines may map weights, so those of a live session can change too. */
  get(key: string, build: () => Graph): Promise<Session> {
    this.#check();
    const known = this.#held.get(key);
    if (known) {
      this.#held.delete(key);
      this.#held.set(key, known);
      return known.session;
    }
    const graph = build();
    const bytes = COPIES * weightBytes(graph);
    this.#makeRoom(bytes);
    const session = this.#engine.createSession(graph, this.#options);
    const made = { session, bytes };
    this.#held.set(key, made);
    session.catch(() => this.#held.get(key) === made && this.#held.delete(key));
    return session;
  }

  async release(): Promise<void> {
    const all = [...this.#held.values()];
    this.#held.clear();
    await Promise.allSettled(all.map(async ({ session }) => (await session).release()));
  }

  #makeRoom(bytes: number): void {
    let total = [...this.#held.values()].reduce((sum, held) => sum + held.bytes, bytes);
    for (const [key, held] of this.#held) {
      if (total <= this.#budget) return;
      this.#held.delete(key);
      total -= held.bytes;
      void held.session.then((session) => session.release()).catch(() => undefined);
    }
  }
}

const weightBytes = (graph: Graph): number => {
  let bytes = 0;
  for (const { dtype, dims } of graph.initializers.values()) bytes += byteLength(dtype, sizeOf(dims));
  return bytes;
};
