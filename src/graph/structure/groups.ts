import { isComputation } from '../describe/plumbing.ts';
import type { Graph, Node } from '../graph.ts';
import { commonPath } from '../paths.ts';
import { blocksOfRegions, type Network } from './blocks.ts';
import { addChains } from './chains.ts';
import { dataflowOf } from './dataflow.ts';
import { namesOf } from './names.ts';
import { Resolutions } from './resolution.ts';
import { roleOf } from './roles.ts';
import { stagesOf } from './stages.ts';
import { joinTransformers } from './transformers.ts';

/** Structural groups: what takes the place of modules where a file tells none. */
export interface Groups {
  /** Path of the group that a node is in: "stage2.residual1". */
  readonly paths: ReadonlyMap<Node, string>;
  /** What a person calls a group: "stage 2 · 56×56". */
  readonly titles: ReadonlyMap<string, string>;
}

export const NO_GROUPS: Groups = { paths: new Map(), titles: new Map() };

/** A list of fewer layers is clear as it is. */
const FEW = 12;

interface GroupOptions {
  /** Height and width are open in the file and only assumed in the graph: resolutions are told as parts of the input's. */
  readonly isOpen?: boolean;
}

/**
 * Groups for the nodes whose place in the author's network nothing in the file tells: stages of one resolution in the order of
 * computation, in them blocks by their pattern, numbered, and a head for what follows the last value with height and width or tokens.
 * They are a function of the graph alone. Takes time in proportion to its size.
 */
export function groupsOf(graph: Graph, { isOpen: isAssumed = false }: GroupOptions = {}): Groups {
  const modules = new Set<string>();
  for (const { module } of graph.nodes) if (module) modules.add(module);
  const isNested = [...modules].some((module) => module.includes('.'));
  const isOpen = ({ module }: Node): boolean => module === undefined || !isNested;
  const flow = dataflowOf(graph);
  const isLayer = (vertex: number): boolean => {
    const node = flow.nodes[vertex] as Node;
    return isOpen(node) && isComputation(node, graph);
  };
  if (flow.nodes.filter((node) => node && isOpen(node) && isComputation(node, graph)).length < FEW) return NO_GROUPS;
  const roles = flow.nodes.map((node) => node && roleOf(node, graph, flow));
  const network: Network = { graph, flow, roles, resolutions: new Resolutions(graph, flow, roles, isAssumed) };
  const { of, regions } = blocksOfRegions(network);
  addChains(network, regions, of);
  joinTransformers(network, of);
  const taken = new Set([...modules].map((module) => module.split('.', 1)[0] as string));
  const { paths: vertices, titles } = namesOf(stagesOf(network, of), { of, network, isLayer, taken });
  const paths = new Map<Node, string>();
  for (const [vertex, node] of flow.nodes.entries()) if (node && isOpen(node)) paths.set(node, vertices[vertex] ?? '');
  if (modules.size > 0) keepModulesWhole(graph, paths);
  if (paths.size < graph.nodes.length) placePreparations(graph, paths);
  return { paths, titles };
}

/** A module whose layers are in several groups is in what is around them, with all that belongs to it. */
function keepModulesWhole(graph: Graph, paths: Map<Node, string>): void {
  const groups = new Map<string, string>();
  for (const [{ module }, path] of paths) if (module) groups.set(module, commonPath(groups.get(module) ?? path, path));
  for (const node of graph.nodes) {
    const group = groups.get(node.module ?? '');
    if (group !== undefined) paths.set(node, group);
  }
}

/** What prepares weights, shapes and masks goes to the group of who uses it first. */
function placePreparations(graph: Graph, paths: Map<Node, string>): void {
  const users = new Map<string, string>();
  for (const node of graph.nodes.toReversed()) {
    const group = paths.get(node) ?? (node.module ? undefined : node.outputs.map((name) => users.get(name)).find((user) => user));
    if (!group) continue;
    paths.set(node, group);
    for (const name of node.inputs) users.set(name, group);
  }
}
