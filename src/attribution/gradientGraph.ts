import { differentiate } from '../autodiff/differentiate.ts';
import { gradientRules } from '../autodiff/rules/gradient/index.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { AttributionRequest } from './method.ts';
import { flatTarget, isSeed, SEED_INPUT, seedOf, TARGET_INPUT, type Told, targetFeed } from './target.ts';

export const RESULT = 'inspectum.attribution';

/** The explained value's shape as inference knows it; 'unsupported' where it could not tell. */
export function explainedShape(graph: Graph, output: string) {
  const shape = graph.values.get(output)?.shape ?? graph.outputs.find((o) => o.name === output)?.shape;
  if (!shape)
    throw new InspectumError(
      'unsupported',
      `The shape of ${output} is not known before the model runs, so a target cannot be chosen in it.`,
    );
  return shape;
}

/** Runs a graph of one result with the model's feeds and the target. */
export async function runTargeted(request: AttributionRequest, key: string, build: (builder: GraphBuilder) => string): Promise<Tensor> {
  const { target, graph, output } = request;
  const feed = isSeed(target)
    ? { [SEED_INPUT]: target }
    : { [TARGET_INPUT]: targetFeed(flatTarget(target, explainedShape(graph, output), output)) };
  const session = await request.session(`${key} by ${toldBy(request)}`, () => {
    const builder = new GraphBuilder(request.graph);
    builder.outputs = [];
    const result = build(builder);
    builder.output(result, RESULT, { dtype: 'float32' });
    return builder.build();
  });
  return (await session.run({ ...request.feeds, ...feed }))[RESULT] as Tensor;
}

const toldBy = ({ target }: AttributionRequest): Told => (isSeed(target) ? 'seed' : 'element');

/** Adds the gradient of the target with respect to `value`. Throws 'unsupported' where no path leads from it to the output. */
export function gradientOfTarget(builder: GraphBuilder, request: AttributionRequest, value: string, what: string): string {
  const { output } = request;
  const seed = seedOf(builder, output, toldBy(request));
  const gradient = differentiate(builder, { seeds: new Map([[output, seed]]), wrt: [value], rules: gradientRules }).get(value);
  if (gradient === undefined)
    throw new InspectumError(
      'unsupported',
      `No path leads from ${what} to the output ${output}: it has no influence on the target, so there is nothing to attribute.`,
    );
  return gradient;
}

/** Rank of a value; 'unsupported' where inference could not tell. */
export function explainedRank(builder: GraphBuilder, value: string): number {
  const shape = builder.values.get(value)?.shape;
  if (!shape)
    throw new InspectumError('unsupported', `The shape of ${value} is not known before the model runs, so its map cannot be made.`);
  return shape.length;
}
