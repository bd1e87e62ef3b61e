import { differentiate } from '../autodiff/differentiate.ts';
import { gradientRules } from '../autodiff/rules/gradient/index.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import type { Cells } from '../tensor/cells.ts';
import { seedOf, type Told } from './evaluation/target.ts';
import { cellMap } from './layer/cellMap.ts';

/** A graph that gives, in one forward and backward pass, the explained value and the Grad-CAM of many layers. */
export interface SweepGraph {
  readonly graph: Graph;
  /** Name of the output with the explained value. */
  readonly scores: string;
  /** Layer value → name of the output with its signed map (N, 1, H, W). */
  readonly maps: ReadonlyMap<string, string>;
  /** Layer values from which no path leads to the explained value. */
  readonly unreachable: readonly string[];
  /** Why maps are missing, where an operator on the way has no gradient: one sentence per operator. */
  readonly refusals: readonly string[];
}

/**
 * Grad-CAM of every one of `layers`, values by name with how they lie over the image. What is explained is a run-time input (see
 * `seedOf`). Layers before an operator without a gradient have no map.
 */
export function buildSweep(graph: Graph, output: string, layers: ReadonlyMap<string, Cells>, told: Told): SweepGraph {
  const builder = new GraphBuilder(graph);
  builder.outputs = [];
  const refusals: string[] = [];
  const gradients = differentiate(builder, {
    seeds: new Map([[output, seedOf(builder, output, told)]]),
    wrt: [...layers.keys()],
    rules: gradientRules,
    onRefusal: (e) => refusals.push(e.message),
  });
  const scores = builder.output(output, 'inspectum.scores', { dtype: 'float32' });
  const maps = new Map<string, string>();
  const unreachable: string[] = [];
  for (const [value, cells] of layers) {
    const gradient = gradients.get(value);
    if (gradient === undefined) unreachable.push(value);
    else maps.set(value, builder.output(cellMap(builder, value, gradient, cells), `inspectum.map.${maps.size}`, { dtype: 'float32' }));
  }
  return { graph: builder.build(), scores, maps, unreachable, refusals };
}
