import { afterEach, describe, expect, test } from 'vitest';
import { SessionCache } from '../../../src/app/sessions.ts';
import type { Engine } from '../../../src/engines/engine.ts';
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
  readonly released: number[] = [];

  createSession(): ReturnType<Engine['createSession']> {
    const number = ++this.made;
    return Promise.resolve({
      run: () => Promise.resolve({}),
      release: () => {
        this.released.push(number);
        return Promise.resolve();
      },
    });
  }
}

describe('sessions', () => {
  const engine = new Counting();
  const caches = [1, 2].map(() => new SessionCache(engine, {}, () => undefined)) as [SessionCache, SessionCache];
  afterEach(async () => {
    for (const cache of caches) await cache.release();
    engine.made = 0;
    engine.released.length = 0;
  });

  test('are made once per key and model', async () => {
    const [a, b] = caches;
    expect(await a.get('x', () => graphOf(4))).toBe(await a.get('x', () => graphOf(4)));
    await b.get('x', () => graphOf(4));
    expect(engine.made).toBe(2);
  });

  test('of all models share one budget: the ones unused for longest go', async () => {
    const [a, b] = caches;
    await a.get('old', () => graphOf(0.3 * GB));
    await b.get('used', () => graphOf(0.3 * GB));
    await a.get('old', () => graphOf(0.3 * GB));
    await a.get('new', () => graphOf(0.3 * GB));
    await expect.poll(() => engine.released).toEqual([2]);
    await b.get('used', () => graphOf(0.3 * GB));
    expect(engine.made).toBe(4);
    await expect.poll(() => engine.released).toEqual([2, 1]);
  });

  test('one that is larger than the budget is still made', async () => {
    await caches[0].get('huge', () => graphOf(4 * GB));
    expect(engine.made).toBe(1);
    expect(engine.released).toEqual([]);
  });

  test('that cannot be made are tried again', async () => {
    const failing: Engine = { name: 'failing', createSession: () => Promise.reject(new Error('no')) };
    const cache = new SessionCache(failing, {}, () => undefined);
    await expect(cache.get('x', () => graphOf(4))).rejects.toThrow('no');
    await expect(cache.get('x', () => graphOf(4))).rejects.toThrow('no');
  });
});
