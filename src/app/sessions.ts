import type { Engine, EngineOptions, Session } from '../engines/engine.ts';
import type { Graph } from '../graph/graph.ts';
import { byteLength } from '../tensor/dtype.ts';
import { sizeOf } from '../tensor/tensor.ts';

/** A session holds its weights and packed copies of them. */
const COPIES = 2.5;
/** Bytes, by estimate, that the sessions of all models of the process may take; the one in use always may. */
const BUDGET = 2 * 2 ** 30;

interface Held {
  readonly session: Promise<Session>;
  readonly bytes: number;
}

/** The live sessions of the process, the one that was used last at the end. */
const live = new Map<Held, () => void>();

/** A model's sessions. Of all models', those that were used last are kept, within one budget. */
export class SessionCache {
  readonly #engine: Engine;
  readonly #options: EngineOptions;
  readonly #check: () => void;
  readonly #held = new Map<string, Held>();

  /** @param check throws where the weights can no longer be relied on; called before a session is made or used */
  constructor(engine: Engine, options: EngineOptions, check: () => void) {
    this.#engine = engine;
    this.#options = options;
    this.#check = check;
  }

  /** The session of this key, made by `build` if it is not there. Engines may map weights, so those of a live session can change too. */
  get(key: string, build: () => Graph, options: EngineOptions = {}): Promise<Session> {
    this.#check();
    const held = this.#held.get(key) ?? this.#make(key, build(), options);
    live.delete(held);
    live.set(held, () => this.#forget(key, held));
    return held.session;
  }

  async release(): Promise<void> {
    await Promise.all([...this.#held].map(([key, held]) => this.#forget(key, held)));
  }

  #make(key: string, graph: Graph, options: EngineOptions): Held {
    const bytes = COPIES * weightBytes(graph);
    makeRoom(bytes);
    const held: Held = { session: this.#engine.createSession(graph, { ...this.#options, ...options }), bytes };
    this.#held.set(key, held);
    held.session.catch(() => this.#forget(key, held));
    return held;
  }

  async #forget(key: string, held: Held): Promise<void> {
    live.delete(held);
    if (this.#held.get(key) === held) this.#held.delete(key);
    const session = await held.session.catch(() => undefined);
    await session?.release();
  }
}

function makeRoom(bytes: number): void {
  let total = [...live.keys()].reduce((sum, held) => sum + held.bytes, bytes);
  for (const [held, forget] of live) {
    if (total <= BUDGET) return;
    total -= held.bytes;
    forget();
  }
}

const weightBytes = (graph: Graph): number => {
  let bytes = 0;
  for (const { dtype, dims } of graph.initializers.values()) bytes += byteLength(dtype, sizeOf(dims));
  return bytes;
};
