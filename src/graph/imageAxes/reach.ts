import { valuesRead } from '../builder.ts';
import { type Graph, type Node, nodeKey } from '../graph.ts';
import { type Axes, isOutsideGrid, isTokens } from './axes.ts';
import { type Cut, gathered, sliced, splitUp } from './cuts.ts';
import { AxesView } from './view.ts';

/** What of a value another one depends on: of a sequence perhaps nothing but tokens outside of its grid. */
export type Need = 'all' | 'outside';

/**
 * The values that `output` depends on. Where of a sequence only the class token is read from there on, the gradient of every patch is
 * zero, and so is every map: its need is 'outside'.
 */
export function needsOf(graph: Graph, axes: ReadonlyMap<string, Axes>, output: string): ReadonlyMap<string, Need> {
  const needs = new Map<string, Need>([[output, 'all']]);
  const raise = (value: string, need: Need): void => {
    if (needs.get(value) !== 'all') needs.set(value, need);
  };
  for (const node of graph.nodes.toReversed()) {
    const wanted = node.outputs.map((name) => needs.get(name));
    if (wanted.every((need) => need === undefined)) continue;
    const view = new AxesView(node, graph, axes);
    node.inputs.forEach((name, i) => {
      if (name !== '' && !graph.initializers.has(name)) raise(name, needOf(view, i, wanted, axes));
    });
    for (const name of valuesRead(node)) if (!node.inputs.includes(name)) raise(name, 'all');
  }
  return needs;
}

function needOf(view: AxesView, i: number, wanted: readonly (Need | undefined)[], axes: ReadonlyMap<string, Axes>): Need {
  const own = view.axes(i);
  if (!own?.some(isTokens)) return 'all';
  if (i === 0 && takesOutside(view, wanted)) return 'outside';
  const { node } = view;
  const stays = keepsPlaces(node, i, own) && node.outputs.every((name, k) => !wanted[k] || axes.get(name)?.some(isTokens));
  return stays && !wanted.includes('all') ? 'outside' : 'all';
}

/** Whether each token of an input decides about its own place of the output alone, and not about the others'. */
function keepsPlaces(node: Node, i: number, axes: Axes): boolean {
  switch (nodeKey(node)) {
    case 'MatMul':
      return i === 0 && isTokens(axes.at(-2));
    case 'Gemm':
    case 'Attention':
      return i === 0;
    default:
      return true;
  }
}

const CUTS: Readonly<Record<string, (view: AxesView) => readonly Cut[] | undefined>> = { Gather: gathered, Slice: sliced, Split: splitUp };

/** Whether what is wanted of a node are tokens outside of the grid. */
function takesOutside(view: AxesView, wanted: readonly (Need | undefined)[]): boolean {
  const key = nodeKey(view.node);
  const cuts = Object.hasOwn(CUTS, key) ? CUTS[key]?.(view) : undefined;
  const ofTokens = cuts?.filter(({ axis }, k) => isTokens(view.axes(0)?.[axis]) && (key !== 'Split' || wanted[k] !== undefined)) ?? [];
  const isOutside = ({ axis, from, to }: Cut): boolean => {
    const tokens = view.axes(0)?.[axis];
    return isTokens(tokens) && isOutsideGrid(tokens, from, to);
  };
  // each place that a Gather takes, each part of a Split, but any axis of a Slice
  return key === 'Slice' ? ofTokens.some(isOutside) : ofTokens.length > 0 && ofTokens.every(isOutside);
}
