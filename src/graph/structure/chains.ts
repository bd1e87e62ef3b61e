import { type Block, isExpansion, type Network, squeezeBefore } from './blocks.ts';
import type { Region } from './regions.ts';
import { setOf } from './roles.ts';
import { Walk } from './walk.ts';

const CHAIN = setOf('depthwise', 'pointwise');

/**
 * Blocks along a chain: a depthwise convolution with the pointwise ones around it. If the last one is linear, it is an inverted residual
 * (Sandler et al. 2018) of which the shapes allow no shortcut, else a depthwise separable convolution. Fire modules get their squeeze.
 * @param of the innermost block of each vertex; what is found is added
 */
export function addChains(network: Network, regions: readonly Region[], of: (Block | undefined)[]): void {
  const passable = regions.filter((region) => !of[region.exit]);
  const walk = new Walk(network.flow, network.roles, passable);
  for (let vertex = 1; vertex < network.roles.length; vertex++) {
    const block = of[vertex];
    if (block?.kind === 'fire' && block.exit === vertex) addSqueeze(block, network, of);
    if (block?.kind === 'residual' && block.exit === vertex) addActivation(block, walk, of);
    if (network.roles[vertex] === 'depthwise' && !block) addDepthwise(vertex, walk, network, of);
  }
}

/** The activation that a residual block ends with, behind its sum. */
function addActivation(block: Block, walk: Walk, of: (Block | undefined)[]): void {
  const activation = walk.follower(block.exit, 'activation');
  if (activation && [...activation.passed, activation.vertex].every((vertex) => of[vertex] === block.outer))
    for (const vertex of [...activation.passed, activation.vertex]) of[vertex] = block;
}

function addSqueeze(block: Block, network: Network, of: (Block | undefined)[]): void {
  const squeeze = squeezeBefore(block.entry, network) as number;
  for (let vertex = block.entry; ; vertex = (network.flow.before[vertex] as readonly number[])[0] as number) {
    of[vertex] ??= block;
    if (vertex === squeeze) return;
  }
}

function addDepthwise(depthwise: number, walk: Walk, network: Network, of: (Block | undefined)[]): void {
  const { roles, flow } = network;
  const project = walk.forward(depthwise);
  if (!project || roles[project.vertex] !== 'pointwise') return;
  const before = walk.backward(depthwise);
  const expand =
    before && roles[before.vertex] === 'pointwise' && isExpansion(before.vertex, network) && !of[before.vertex] ? before : undefined;
  const norm = walk.follower(project.vertex, 'norm');
  const activation = walk.follower(norm?.vertex ?? project.vertex, 'activation');
  const members = [
    ...(expand ? [expand.vertex, ...expand.passed] : walk.padding(depthwise)),
    depthwise,
    ...project.passed,
    project.vertex,
    ...(norm ? [norm.vertex] : []),
    ...(activation ? [...activation.passed, activation.vertex] : []),
  ];
  if (members.some((vertex) => of[vertex])) return;
  const first = members.reduce((least, vertex) => Math.min(least, vertex));
  const exit = members.reduce((most, vertex) => Math.max(most, vertex));
  const entry = flow.before[first]?.[0] ?? 0;
  const block: Block = { kind: activation ? 'separable' : 'inverted', entry, exit, roles: CHAIN, outer: undefined };
  for (const vertex of members) of[vertex] = block;
}
