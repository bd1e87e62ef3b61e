import type { Tensor } from '../../tensor/tensor.ts';
import type { Attribution } from '../method.ts';
import type { Work } from '../work.ts';
import { copiesPerRun } from './copies.ts';
import { examplesOf, stacked } from './examples.ts';
import type { Feeds, Point, Subject } from './subject.ts';

/** What a run gives, by name: each with the point's batch first. */
export type Results = Readonly<Record<string, Tensor<'float32'>>>;

export interface PointsRequest<R extends Results, P extends Feeds = Point> {
  readonly subject: Subject;
  readonly count: number;
  /** The i-th point, with one copy of the batch; null: nothing is to be run there. Asked once each, in order. */
  point(i: number): P | null | Promise<P | null>;
  /** Evaluates points that stand behind one another. */
  run(points: P): Promise<R>;
  /** Values of the graph whose batch the results have, besides the explained one's. */
  readonly values?: readonly string[];
  /** At most so many examples in a run; null: as many as fit into the memory budget. */
  readonly examples: number | null;
  readonly work: Work;
  partial?(done: number): Attribution;
}

/**
 * Evaluates a graph at many points, in order, several in a run where the model takes that, and shows each one's results to `visit`. Memory
 * does not grow with their number.
 */
export async function visitPoints<R extends Results, P extends Feeds = Point>(
  request: PointsRequest<R, P>,
  visit: (results: R, i: number) => void,
): Promise<void> {
  const { count, work, partial } = request;
  const most = copiesOf(request);
  for (let next = 0; next < count; ) {
    const points: P[] = [];
    const places: number[] = [];
    for (; next < count && points.length < most; next++) {
      const point = await request.point(next);
      if (point) places[points.push(point) - 1] = next;
    }
    if (points.length === 0) continue;
    const results = await request.run(inOne(points));
    places.forEach((place, k) => {
      const own = Object.entries(results).map(([name, result]) => {
        const size = (result.dims[0] ?? 1) / points.length;
        return [name, points.length === 1 ? result : examplesOf(result, k * size, (k + 1) * size)];
      });
      visit(Object.fromEntries(own) as R, place);
    });
    const done = next;
    await work.step(done, count, partial && (() => partial.call(request, done)));
  }
}

function copiesOf<R extends Results, P extends Feeds>({ subject, values = [], examples }: PointsRequest<R, P>): number {
  const batch = (value: string) => subject.graph.values.get(value)?.shape?.[0];
  if (values.some((value) => batch(value) !== batch(subject.output))) return 1;
  const most = copiesPerRun(subject);
  return examples === null ? most : Math.max(1, Math.min(most, Math.floor(examples / subject.examples)));
}

const inOne = <P extends Feeds>(points: readonly P[]): P =>
  Object.fromEntries(Object.keys(points[0] ?? {}).map((name) => [name, stacked(points.map((point) => point[name] as Tensor))])) as P;

/** The gradients at points, `gradient 0`, …, and the values themselves where they are wanted, `value 0`, …, with the explained value. */
export async function gradientsAt(subject: Subject, values: readonly string[], what: string, at: Point, withValues = false) {
  const key = `points ${withValues} ${values.join(' ')}`;
  return (await subject.run<string>(
    key,
    ({ output, gradients }) => ({
      explained: output,
      ...Object.fromEntries(gradients(values, what).map((gradient, i) => [`gradient ${i}`, gradient])),
      ...(withValues && Object.fromEntries(values.map((value, i) => [`value ${i}`, value]))),
    }),
    at,
  )) as Evaluated;
}

export type Evaluated = Results & { readonly explained: Tensor<'float32'> };

/** The results that are called `what 0`, `what 1`, … */
export const resultsOf = (results: Results, what: 'gradient' | 'value', values: readonly string[]): Tensor<'float32'>[] =>
  values.map((_, i) => results[`${what} ${i}`] as Tensor<'float32'>);

/** Values at a point with the explained value, computed in floating point as for gradients. */
export async function forwardAt(subject: Subject, values: readonly string[], at: Point) {
  const results: Results = await subject.run<string>(
    `forward ${values.join(' ')}`,
    ({ output }) => ({ explained: output, ...Object.fromEntries(values.map((value, i) => [`value ${i}`, value])) }),
    at,
  );
  const found = resultsOf(results, 'value', values);
  return {
    explained: results.explained as Tensor<'float32'>,
    values: Object.fromEntries(values.map((value, i) => [value, found[i] as Tensor<'float32'>])),
  };
}
