import { type Graph, type Node, nodeKey } from '../graph.ts';
import type { Dataflow } from './dataflow.ts';
import { immediateDominators } from './dominators.ts';
import { type Region, type Regions, regionsOf } from './regions.ts';
import { isNone, type Resolutions } from './resolution.ts';
import { bitOf, channelsOf, type Role, type RoleSet, setOf } from './roles.ts';

export type BlockKind =
  | 'residual'
  | 'inverted'
  | 'fire'
  | 'transformer'
  | 'attention'
  | 'mlp'
  | 'dense'
  | 'branches'
  | 'separable'
  | 'conv';

/** A part of a network that a person would give a name to. */
export interface Block {
  kind: BlockKind;
  /** The vertex whose value goes into it; outside. */
  readonly entry: number;
  /** The vertex whose value leaves it. */
  readonly exit: number;
  readonly roles: RoleSet;
  outer: Block | undefined;
}

/** Everything that the patterns look at. */
export interface Network {
  readonly graph: Graph;
  readonly flow: Dataflow;
  readonly roles: readonly (Role | undefined)[];
  readonly resolutions: Resolutions;
}

const SUMS: ReadonlySet<string> = new Set([
  'Add',
  'Sum',
  'com.microsoft:SkipLayerNormalization',
  'com.microsoft:SkipSimplifiedLayerNormalization',
  'com.microsoft:QLinearAdd',
  'com.microsoft:FusedConv',
]);
const CONCATENATIONS: ReadonlySet<string> = new Set(['Concat', 'com.microsoft:QLinearConcat']);

/** More layers than any pattern asks for. */
const MAIN_LAYERS = 8;
/** A sum over more blocks than these is a long skip connection over a part of the network, and no block of it. */
const MAX_BLOCKS_IN_SUM = 4;

/** Blocks in blocks beyond this depth are part of what is around them. */
const MAX_NESTING = 4;

/** What is in a region, inner ones included. */
interface Contents {
  /** Its first layers with weights. */
  readonly layers: readonly number[];
  readonly roles: RoleSet;
  /** Resolutions of its convolutions and pools, at most three. */
  readonly resolutions: readonly (string | number)[];
  readonly blocks: number;
}

interface BlocksOfRegions {
  /** The innermost block of each vertex. */
  readonly of: (Block | undefined)[];
  readonly regions: readonly Region[];
}

/** Blocks by how branches meet: in a sum, or in a concatenation. */
export function blocksOfRegions(network: Network): BlocksOfRegions {
  const { flow } = network;
  const contents: Contents[] = [];
  const blocks: (Block | undefined)[] = [];
  const isConcat = (vertex: number): boolean => CONCATENATIONS.has(keyOf(network, vertex));
  const regions = regionsOf(flow, immediateDominators(flow.before), {
    isChained: (exit, earlier) => isConcat(exit) && blocks[earlier.index]?.kind === 'dense',
    completed: (region, of) => {
      const found = contentsOf(region, network, contents, blocks);
      const kind = isConcat(region.exit) ? concatKind(region, found, network, of) : sumKind(region, found, network);
      contents.push(found);
      blocks.push(kind && { kind, entry: region.entry, exit: region.exit, roles: found.roles, outer: undefined });
    },
  });
  return { of: nested(regions, blocks), regions: regions.all };
}

/** The innermost block of each vertex; what is around each block is set. */
function nested(regions: Regions, blocks: readonly (Block | undefined)[]): (Block | undefined)[] {
  const innermost: (Block | undefined)[] = new Array(blocks.length).fill(undefined);
  const depths = new Uint8Array(blocks.length);
  // What is around a region comes after it in the list.
  for (let i = blocks.length - 1; i >= 0; i--) {
    const { outer } = regions.all[i] as Region;
    const around = outer && innermost[outer.index];
    const depth = outer ? (depths[outer.index] as number) : 0;
    const block = depth < MAX_NESTING ? blocks[i] : undefined;
    if (block) block.outer = around;
    innermost[i] = block ?? around;
    depths[i] = depth + (block ? 1 : 0);
  }
  return regions.of.map((region) => region && innermost[region.index]);
}

export const keyOf = ({ flow }: Network, vertex: number): string => nodeKey(flow.nodes[vertex] as Node);

const WEIGHTED = setOf('conv', 'depthwise', 'pointwise', 'linear');
const CONVOLUTION = setOf('conv', 'depthwise', 'pointwise');
/** What changes the resolution of an image. */
const SPATIAL = CONVOLUTION | setOf('pool', 'upsample');

function contentsOf(region: Region, network: Network, known: readonly Contents[], blocks: readonly (Block | undefined)[]): Contents {
  const layers: number[] = [];
  const resolutions: (string | number)[] = [];
  let roles = 0;
  let count = 0;
  for (const { index } of region.inner) {
    const inner = known[index] as Contents;
    layers.push(...inner.layers);
    roles |= inner.roles;
    for (const resolution of inner.resolutions)
      if (resolutions.length < 3 && !resolutions.includes(resolution)) resolutions.push(resolution);
    const block = blocks[index];
    count += block ? (block.kind === 'dense' ? 0 : 1) : inner.blocks;
  }
  for (const vertex of region.own) {
    const bit = bitOf(network.roles[vertex]);
    roles |= bit;
    if (bit & WEIGHTED) layers.push(vertex);
    const resolution = bit & SPATIAL && resolutions.length < 3 ? network.resolutions.told(vertex) : undefined;
    const key = resolution && !isNone(resolution) ? (resolution.step ?? resolution.label) : undefined;
    if (key !== undefined && !resolutions.includes(key)) resolutions.push(key);
  }
  return { layers: layers.sort((a, b) => a - b).slice(0, MAIN_LAYERS), roles, resolutions, blocks: count };
}

/** Regions that span an encoder and its decoder are no blocks. */
const isLocal = ({ roles, resolutions }: Contents): boolean => !(roles & setOf('upsample')) && resolutions.length <= 2;

function sumKind({ exit }: Region, found: Contents, network: Network): BlockKind | undefined {
  const { layers, roles, blocks } = found;
  if (!SUMS.has(keyOf(network, exit)) || layers.length === 0 || !isLocal(found) || blocks > MAX_BLOCKS_IN_SUM) return undefined;
  if (roles & setOf('attention')) return 'attention';
  if (isInverted(layers, network)) return 'inverted';
  return roles & CONVOLUTION ? 'residual' : 'mlp';
}

/** 1×1 to more channels, depthwise, 1×1; without the first of them where nothing is expanded. */
function isInverted(layers: readonly number[], network: Network): boolean {
  const roles = layers.map((v) => network.roles[v]);
  const at = roles.indexOf('depthwise');
  if (at < 0 || roles.filter((role) => role !== 'pointwise').length !== 1 || roles.length !== at + 2) return false;
  return at === 0 || (at === 1 && isExpansion(layers[0] as number, network));
}

export function isExpansion(vertex: number, { graph, flow }: Network): boolean {
  const [output = 0, input = 0] = channelsOf(flow.nodes[vertex] as Node, graph) ?? [];
  return output > input;
}

function concatKind(
  { entry, exit }: Region,
  found: Contents,
  network: Network,
  regionOf: readonly (Region | undefined)[],
): BlockKind | undefined {
  const { layers, roles } = found;
  if (!isLocal(found) || !(roles & (WEIGHTED | setOf('pool')))) return undefined;
  const branches = network.flow.before[exit] as readonly number[];
  const isSplit = entry > 0 && keyOf(network, entry) === 'Split';
  const newBranches = branches.filter((v) => v !== entry && regionOf[v] === regionOf[exit]);
  if (!isSplit && branches.includes(entry) && newBranches.length <= 1) return 'dense';
  if (branches.length === 2 && layers.length === 2 && isFire(entry, layers, network)) return 'fire';
  return 'branches';
}

/** A squeeze of 1×1, whose value two convolutions expand: one of 1×1 and one of 3×3. */
function isFire(entry: number, layers: readonly number[], network: Network): boolean {
  const kernels = layers.map((v) => network.roles[v]).sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));
  return kernels[0] === 'conv' && kernels[1] === 'pointwise' && squeezeBefore(entry, network) !== undefined;
}

/** The convolution of 1×1 to fewer channels that a value comes from, through its normalisation and activation. */
export function squeezeBefore(entry: number, network: Network): number | undefined {
  let vertex = entry;
  for (let step = 0; vertex > 0 && step < 4; step++) {
    const role = network.roles[vertex];
    if (role === 'pointwise') return vertex;
    const [before = 0, more] = network.flow.before[vertex] as readonly number[];
    if ((role !== 'activation' && role !== 'norm') || more !== undefined || network.flow.behind[before]?.length !== 1) return undefined;
    vertex = before;
  }
  return undefined;
}
