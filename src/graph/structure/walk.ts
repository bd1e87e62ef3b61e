import type { Dataflow } from './dataflow.ts';
import type { Region } from './regions.ts';
import type { Role } from './roles.ts';

/** Vertices between two layers that are looked at. */
const MAX_BETWEEN = 12;

const LAYERS: ReadonlySet<Role | undefined> = new Set<Role>(['conv', 'depthwise', 'pointwise', 'linear', 'attention', 'pool', 'upsample']);

interface Found {
  readonly vertex: number;
  /** What lies between. */
  readonly passed: readonly number[];
}

/** Walks from layer to layer along a chain; what branches and meets again, as a gate or a written-out activation does, is passed as one. */
export class Walk {
  readonly #flow: Dataflow;
  readonly #roles: readonly (Role | undefined)[];
  readonly #starts: ReadonlyMap<number, Region>;
  readonly #ends: ReadonlyMap<number, Region>;

  /** @param passable regions that are no blocks, inner ones first */
  constructor(flow: Dataflow, roles: readonly (Role | undefined)[], passable: readonly Region[]) {
    this.#flow = flow;
    this.#roles = roles;
    this.#starts = new Map(passable.map((region) => [region.entry, region]));
    this.#ends = new Map(passable.map((region) => [region.exit, region]));
  }

  /** The next layer behind. */
  forward(from: number): Found | undefined {
    return this.#until(from, (vertex) => this.#after(vertex));
  }

  /** The last layer before. */
  backward(from: number): Found | undefined {
    return this.#until(from, (vertex) => this.#before(vertex));
  }

  /** What follows at once and has this role, a written-out activation included. */
  follower(from: number, role: Role): Found | undefined {
    const next = this.#after(from);
    if (!next) return undefined;
    return [next.vertex, ...next.passed].some((vertex) => this.#roles[vertex] === role) && next.passed.length <= 2 ? next : undefined;
  }

  /** The padding right before a layer. */
  padding(of: number): readonly number[] {
    const before = this.#before(of)?.vertex;
    return before !== undefined && this.#flow.nodes[before]?.op === 'Pad' ? [before] : [];
  }

  #until(from: number, step: (vertex: number) => Found | undefined): Found | undefined {
    const passed: number[] = [];
    let vertex = from;
    while (passed.length < MAX_BETWEEN) {
      const next = step(vertex);
      if (!next) return undefined;
      passed.push(...next.passed);
      if (LAYERS.has(this.#roles[next.vertex])) return { vertex: next.vertex, passed };
      passed.push(next.vertex);
      vertex = next.vertex;
    }
    return undefined;
  }

  #after(vertex: number): Found | undefined {
    const behind = this.#flow.behind[vertex] as readonly number[];
    const [only, another] = behind;
    if (only === undefined) return undefined;
    if (another === undefined) return this.#flow.before[only]?.length === 1 ? { vertex: only, passed: [] } : undefined;
    const region = this.#starts.get(vertex);
    return region && behind.every((v) => v <= region.exit) ? { vertex: region.exit, passed: inside(region) } : undefined;
  }

  #before(vertex: number): Found | undefined {
    const [only, another] = this.#flow.before[vertex] as readonly number[];
    const region = this.#ends.get(vertex);
    const previous = another === undefined ? only : region?.entry;
    if (!previous) return undefined;
    if (another !== undefined && region) return { vertex: previous, passed: inside(region) };
    return this.#flow.behind[previous]?.length === 1 ? { vertex: previous, passed: [] } : undefined;
  }
}

/** The vertices of a small region but for its exit; of a large one, enough to see that it is. */
function inside(region: Region): number[] {
  const found: number[] = [];
  const pending = [region];
  for (let next = pending.pop(); next && found.length <= 2 * MAX_BETWEEN; next = pending.pop()) {
    for (const vertex of next.own.slice(0, 2 * MAX_BETWEEN)) if (vertex !== region.exit) found.push(vertex);
    for (const inner of next.inner.slice(0, 2 * MAX_BETWEEN)) pending.push(inner);
  }
  return found;
}
