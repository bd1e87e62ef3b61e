import type { Engine, EngineOptions, Session } from '../../engines/engine.ts';
import type { Graph } from '../../graph/graph.ts';
import { type MemoryLimit, planSession } from './memory.ts';

/** The part of the limit that the sessions of all models of the process may take, by estimate; the one in use may take all of it. */
const KEPT = 0.5;

export interface MemoryOptions {
  readonly limit: MemoryLimit;
  /** Only lean sessions. */
  readonly frugal: boolean;
}

interface Held {
  readonly session: Promise<Session>;
  readonly bytes: number;
}

/** The live sessions of the process, the one that was used last at the end. */
const live = new Map<Held, () => Promise<void>>();

/** A model's sessions. Of all models', those that were used last are kept, within one budget. */
export class SessionCache {
  readonly #engine: Engine;
  readonly #options: EngineOptions;
  readonly #memory: MemoryOptions;
  readonly #check: () => void;
  readonly #held = new Map<string, Held>();

  /** @param check throws where the weights can no longer be relied on; called before a session is made or used */
  constructor(engine: Engine, options: EngineOptions, memory: MemoryOptions, check: () => void) {
    this.#engine = engine;
    this.#options = options;
    this.#memory = memory;
    this.#check = check;
  }

  /**
   * The session of this key, made by `build` if it is not there. Engines may map weights, so those of a live session can change too.
   * @throws InspectumError 'memory' where it would not fit
   */
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
    const { limit, frugal } = this.#memory;
    const { lean, bytes } = planSession(this.#engine, graph, limit, frugal);
    const room = makeRoom(bytes, KEPT * limit.bytes);
    const create = () => this.#engine.createSession(graph, { ...this.#options, ...options, lean });
    const held: Held = { session: room.then(create), bytes };
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

/** Releases the sessions that were not used for longest, until the others leave so many bytes of the budget. */
async function makeRoom(bytes: number, budget: number): Promise<void> {
  const released: Promise<void>[] = [];
  let total = [...live.keys()].reduce((sum, held) => sum + held.bytes, bytes);
  for (const [held, forget] of live) {
    if (total <= budget) break;
    total -= held.bytes;
    released.push(forget());
  }
  await Promise.all(released);
}
