import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { symbolsOf } from '../tensor/dim.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Shape } from '../tensor/shape.ts';
import { type Tensor, toNumbers } from '../tensor/tensor.ts';
import type { Feeds } from './methods/attribute.ts';
import type { Model } from './model.ts';

/** A symbol that inference has made up for what only running tells. */
const isMadeUp = (symbol: string): boolean => symbol.startsWith('?');

/** Values of the graph with a dtype whose shape depends on more than the shapes of the inputs. */
const openValues = ({ nodes, values }: Graph): string[] =>
  nodes
    .flatMap(({ outputs }) => outputs)
    .filter((name) => {
      const { dtype, shape } = values.get(name) ?? {};
      return dtype !== undefined && (shape === undefined || shape.some((dim) => symbolsOf(dim).some(isMadeUp)));
    });

/**
 * The model with the shapes that its values have for these feeds, where only running tells them: one forward pass that gives nothing but
 * shapes. The model itself where all are known, or where it cannot run.
 */
export async function withLearntShapes(model: Model, feeds: Feeds): Promise<Model> {
  const open = openValues(model.graph);
  if (open.length === 0) return model;
  const names = open.map((_, i) => `inspectum.shape.${i}`);
  try {
    const session = await model.session('shapes', () => {
      const builder = new GraphBuilder(model.graph);
      builder.outputs = [];
      open.forEach((value, i) => {
        builder.output(builder.op('Shape', [value]), names[i] as string, { dtype: 'int64' });
      });
      return builder.build();
    });
    const results = await session.run(feeds);
    const shapes = open.map((value, i): [string, Shape] => [value, [...toNumbers(results[names[i] as string] as Tensor)]]);
    return model.withShapes(new Map(Object.entries(feeds).map(([name, { dims }]) => [name, dims])), new Map(shapes));
  } catch (error) {
    // what cannot run says so when it is asked for its scores
    if (error instanceof InspectumError && (error.kind === 'engine' || error.kind === 'unsupported')) return model;
    throw error;
  }
}
