import { pathEnds, reachedFrom } from '../../autodiff/differentiate.ts';
import { describeNode, type RuleSet } from '../../autodiff/rule.ts';
import { type GraphBuilder, neededFor } from '../../graph/builder.ts';
import type { Graph } from '../../graph/graph.ts';
import { isFloat } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';

/** As many operators are named. */
const NAMED = 3;

/** Methods that make forward runs only. */
const WITHOUT_GRADIENTS = 'FeatureAblation, Occlusion, ShapleyValueSampling, KernelShap or Lime';
const WITHOUT_GRADIENTS_OF_LAYER = 'LayerActivation, LayerFeatureAblation, EigenCAM, ScoreCAM or AblationCAM';

/**
 * Values between the operators that are no floating-point numbers have no gradient to weigh them with.
 * @param what the values are
 * @throws InspectumError 'unsupported' where one is known to be of whole numbers
 */
export function refuseWholeNumbers(graph: Graph, values: readonly string[], what: string): void {
  for (const name of values) {
    const { dtype } = graph.values.get(name) ?? {};
    if (dtype !== undefined && !isFloat(dtype))
      throw new InspectumError(
        'unsupported',
        `${name} of ${what} is ${dtype}, and only floating-point numbers have a gradient. Choose a layer before or behind it whose value has them, or a method that only runs the model forward: ${WITHOUT_GRADIENTS_OF_LAYER}.`,
      );
  }
}

/**
 * Why no gradient comes to any of some values: they have no influence on the explained value, or all of it goes through operators that
 * round, compare or look up.
 * @param what the values are
 */
export function noGradientError(
  builder: GraphBuilder,
  values: readonly string[],
  what: string,
  output: string,
  rules: RuleSet,
): InspectumError {
  const { values: before } = neededFor(builder.nodes, [output]);
  if (!values.some((value) => before.has(value)))
    return new InspectumError(
      'unsupported',
      `No path leads from ${what} to ${output}: it has no influence on the target, so there is nothing to attribute.`,
    );
  const reached = reachedFrom(builder, builder.nodes, values, rules);
  const ends = pathEnds(builder, builder.nodes, reached, rules).filter(({ outputs }) => outputs.some((name) => before.has(name)));
  const named = ends.slice(0, NAMED).map(describeNode).join(', ');
  return new InspectumError(
    'unsupported',
    `No gradient leads from ${what} to ${output}: all ways go through operators of whole numbers or comparisons, which have none: ` +
      `${named}${ends.length > NAMED ? ' and others' : ''}. Explain a layer behind them, or take a method that only runs the model forward: ${WITHOUT_GRADIENTS}.`,
  );
}
