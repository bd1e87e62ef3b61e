import { differentiate } from '../autodiff/differentiate.ts';
import { gradientRules } from '../autodiff/rules/gradient/index.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { InspectumError } from '../tensor/errors.ts';
import { isStatic } from '../tensor/shape.ts';
import { summedMap } from './layer/layerGradCam.ts';
import { seedTarget } from './target.ts';

/** A graph that gives, in one forward and backward pass, the explained value and the Grad-CAM of many layers. */
export interface SweepGraph {
  readonly graph: Graph;
  /** Output names: the explained value, the chosen flat target (int64 [N]). */
  readonly scores: string;
  readonly target: string;
  /** Layer value → name of the output with its signed map (N, 1, H, W). */
  readonly maps: ReadonlyMap<string, string>;
  /** Layer values from which no path leads to the explained value. */
  readonly unreachable: readonly string[];
  /** Why maps are missing, where an operator on the way has no gradient: one sentence per operator. */
  readonly refusals: readonly string[];
}

/**
 * Grad-CAM (as LayerGradCam's defaults) of every one of `values` that is spatial: (N, C, H, W) with known C, H and W.
 * The target is a run-time input (see `seedTarget`). Layers before an operator without a gradient have no map.
 */
export function buildSweep(graph: Graph, output: string, values: readonly string[]): SweepGraph {
  const builder = new GraphBuilder(graph);
  builder.outputs = [];
  const refusals: string[] = [];
  const { seed, chosen } = seedTarget(builder, output);
  const gradients = differentiate(builder, {
    seeds: new Map([[output, seed]]),
    wrt: values,
    rules: gradientRules,
    onRefusal: (e) => refusals.push(e.message),
  });
  const scores = builder.output(output, 'inspectum.scores', { dtype: 'float32' });
  const target = builder.output(chosen, 'inspectum.chosen', { dtype: 'int64' });
  const maps = new Map<string, string>();
  for (const [value, gradient] of gradients) {
    const shape = builder.values.get(value)?.shape;
    if (shape?.length !== 4 || !isStatic(shape.slice(1)))
      throw new InspectumError('usage', `${value} is not spatial: it cannot be part of a sweep.`);
    maps.set(value, builder.output(summedMap(builder, value, gradient, shape), `inspectum.map.${maps.size}`, { dtype: 'float32' }));
  }
  return { graph: builder.build(), scores, target, maps, unreachable: values.filter((v) => !gradients.has(v)), refusals };
}
