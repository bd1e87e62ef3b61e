import type { Block, Network } from './blocks.ts';
import { isNone, isSame, NONE, type Resolution } from './resolution.ts';
import { setOf } from './roles.ts';

/** What stands beside each other in a stage: a block that is in no other, or a vertex in no block. */
export interface Item {
  readonly block: Block | undefined;
  readonly vertices: number[];
  /** NONE: what follows the last value with height and width, or tokens. */
  readonly resolution: Resolution;
}

export interface Stage {
  readonly resolution: Resolution;
  readonly items: Item[];
}

/** More runs than this for every resolution, and layers of several resolutions take turns. */
const MAX_RUNS = 3;

/**
 * The network as stages of one resolution each, in the order of computation; the head is the stage without one. Where branches of
 * different resolutions are computed in turns, all of one resolution are one stage.
 */
export function stagesOf(network: Network, of: readonly (Block | undefined)[]): Stage[] {
  const items = itemsOf(network, of);
  const head = items.filter((item) => isNone(item.resolution));
  const spatial = items.filter((item) => !isNone(item.resolution));
  const runs: Stage[] = [];
  for (const item of spatial) {
    const last = runs.at(-1);
    if (last && isSame(last.resolution, item.resolution)) last.items.push(item);
    else runs.push({ resolution: item.resolution, items: [item] });
  }
  const taken = runs.length > MAX_RUNS * new Set(runs.map(({ resolution }) => resolution.label)).size ? byResolution(spatial) : runs;
  return head.length > 0 ? [...taken, { resolution: NONE, items: head }] : taken;
}

function byResolution(items: readonly Item[]): Stage[] {
  const stages = new Map<string, Stage>();
  for (const item of items) {
    const { resolution } = item;
    const known = stages.get(resolution.label);
    if (known) known.items.push(item);
    else stages.set(resolution.label, { resolution, items: [item] });
  }
  return [...stages.values()];
}

const outermost = (block: Block): Block => {
  let top = block;
  while (top.outer) top = top.outer;
  return top;
};

function itemsOf(network: Network, of: readonly (Block | undefined)[]): Item[] {
  const resolutions = vertexResolutions(network, of);
  const items: Item[] = [];
  const known = new Map<Block, Item>();
  for (let vertex = 1; vertex < of.length; vertex++) {
    const inner = of[vertex];
    const block = inner && outermost(inner);
    const item = block && known.get(block);
    if (item) {
      item.vertices.push(vertex);
      continue;
    }
    const added = { block, vertices: [vertex], resolution: resolutions[vertex] as Resolution };
    items.push(added);
    if (block) known.set(block, added);
  }
  return items;
}

/** The resolution of each vertex; all of a block have that of what leaves it. */
function vertexResolutions(network: Network, of: readonly (Block | undefined)[]): Resolution[] {
  const { flow, resolutions } = network;
  const blocks = new Map<Block, Resolution | undefined>();
  const found: (Resolution | undefined)[] = [undefined];
  for (let v = 1; v < of.length; v++) {
    const inner = of[v];
    const block = inner && outermost(inner);
    if (block) {
      if (!blocks.has(block)) blocks.set(block, ofBlock(block, network));
      found.push(blocks.get(block));
    } else found.push(resolutions.told(v) ?? inherited((flow.before[v] as readonly number[]).map((u) => found[u])));
  }
  // What leads to a value with height and width again is of its stage: a squeeze and excitation, a padding of the input.
  for (let v = of.length - 1; v > 0; v--) {
    if (!isNone(found[v] ?? NONE)) continue;
    found[v] = (flow.behind[v] as readonly number[]).map((u) => found[u] ?? NONE).find((resolution) => !isNone(resolution)) ?? NONE;
  }
  return found as Resolution[];
}

const OF_TOKENS = setOf('linear', 'attention');
const OF_IMAGES = setOf('conv', 'depthwise', 'pointwise', 'pool');

function ofBlock({ exit, roles }: Block, { resolutions }: Network): Resolution | undefined {
  const rank = resolutions.shape(exit)?.length ?? 0;
  if (rank <= 2) return rank === 0 ? undefined : NONE;
  // Three axes may be tokens with features or features along a line; four are an image, with its features last where nothing convolves.
  return (rank === 3 ? roles & OF_TOKENS : !(roles & OF_IMAGES)) ? resolutions.tokens(exit) : resolutions.spatial(exit);
}

/** One resolution goes on; several end in a value that is laid out in another way. */
function inherited(before: readonly (Resolution | undefined)[]): Resolution | undefined {
  const known = before.filter((resolution) => resolution !== undefined);
  const [first, ...others] = known.filter((resolution) => !isNone(resolution));
  if (!first) return known[0];
  return others.every((other) => isSame(first, other)) ? first : NONE;
}
