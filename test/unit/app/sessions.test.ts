import { afterEach, describe, expect, test } from 'vitest';
import { SessionCache } from '../../../src/app/engine/sessions.ts';
import type { Engine, EngineOptions } from '../../../src/engines/engine.ts';
import type { Graph } from '../../../src/graph/graph.ts';

const GB = 2 ** 30;

/** A graph whose one weight, never read here, is of so many bytes. */
const graphOf = (bytes: number): Graph => ({
  name: '',
  inputs: [],
  outputs: [],
  nodes: [],
  initializers: new Map([
    ['w', { name: 'w', dtype: 'float32', dims: [bytes / 4], source: { kind: 'file', path: '/w', offset: 0, length: bytes } }],
  ]),
  values: new Map(),
  domains: new Map(),
});

/** Counts what lives: which sessions are kept is what is tested here, not what they compute. */
class Counting implements Engine {
  readonly name = 'counting';
  made = 0;
  /** How each was made. */
  readonly lean: (boolean | undefined)[] = [];
  readonly released: number[] = [];

  /** Twice the weights, or none of their bytes. */
  memoryNeeds({ initializers }: Graph): ReturnType<Engine['memoryNeeds']> {
    const bytes = 4 * (initializers.get('w')?.dims[0] ?? 0);
    return { fast: { own: 2 * bytes, mapped: 0 }, lean: { own: 0, mapped: bytes } };
  }

  createSession(_graph: Graph, options?: EngineOptions): ReturnType<Engine['createSession']> {
    const number = ++this.made;
    this.lean.push(options?.lean);
    return Promise.resolve({
      inputs: [],
      run: () => Promise.resolve({}),
      release: () => {
        this.released.push(number);
        return Promise.resolve();
      },
    });
  }
}

const limit = (bytes: number, countsMapped = false) => ({ bytes, countsMapped, remedy: 'Buy some.' });
const caching = (engine: Engine, memoryLimit = limit(4 * GB), frugal = false): SessionCache =>
  new SessionCache(engine, {}, { limit: memoryLimit, frugal }, () => undefined);

describe('sessions', () => {
  const engine = new Counting();
  const caches = [caching(engine), caching(engine)] as const;
  afterEach(async () => {
    for (const cache of caches) await cache.release();
    engine.made = 0;
    engine.lean.length = 0;
    engine.released.length = 0;
  });

  test('are made once per key and model', async () => {
    const [a, b] = caches;
    expect(await a.get('x', () => graphOf(4))).toBe(await a.get('x', () => graphOf(4)));
    await b.get('x', () => graphOf(4));
    expect(engine.made).toBe(2);
  });

  test('of all models share half of the limit: the ones unused for longest go', async () => {
    const [a, b] = caches;
    await a.get('old', () => graphOf(0.35 * GB));
    await b.get('used', () => graphOf(0.35 * GB));
    await a.get('old', () => graphOf(0.35 * GB));
    await a.get('new', () => graphOf(0.35 * GB));
    expect(engine.released).toEqual([2]);
    await b.get('used', () => graphOf(0.35 * GB));
    expect(engine.made).toBe(4);
    expect(engine.released).toEqual([2, 1]);
  });

  test('one that takes more than half of it is still made, and alone', async () => {
    const [a, b] = caches;
    await a.get('small', () => graphOf(0.1 * GB));
    await b.get('huge', () => graphOf(1.5 * GB));
    expect(engine.released).toEqual([1]);
    expect(engine.lean).toEqual([false, false]);
  });

  test('that cannot be made are tried again', async () => {
    const failing: Engine = {
      name: 'failing',
      memoryNeeds: (graph) => engine.memoryNeeds(graph),
      createSession: () => Promise.reject(new Error('no')),
    };
    const cache = caching(failing);
    await expect(cache.get('x', () => graphOf(4))).rejects.toThrow('no');
    await expect(cache.get('x', () => graphOf(4))).rejects.toThrow('no');
  });
});

describe('what does not fit', () => {
  test.each([
    ['fits', limit(4 * GB), false, [false]],
    ['fits only without rearranged weights', limit(2 * GB), false, [true]],
    ['has come to the end of its memory before', limit(4 * GB), true, [true]],
  ])('a session that %s is made so', async (_what, memoryLimit, frugal, lean) => {
    const engine = new Counting();
    const cache = caching(engine, memoryLimit, frugal);
    await cache.get('x', () => graphOf(1 * GB));
    expect(engine.lean).toEqual(lean);
    await cache.release();
  });

  test('in no way is refused, with the figures and what to do', () => {
    const engine = new Counting();
    const cache = caching(engine, limit(1 * GB, true));
    expect(() => cache.get('x', () => graphOf(2 * GB))).toThrow(
      expect.objectContaining({
        kind: 'memory',
        message: 'It would take about 2,168 MB of memory; the limit is 1,024 MB. Buy some.',
      }),
    );
    expect(engine.made).toBe(0);
  });
});
