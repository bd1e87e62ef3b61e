import type { Tensor } from '../../tensor/tensor.ts';
import { type Evaluated, resultsOf, visitPoints } from '../evaluation/points.ts';
import type { Point, Subject } from '../evaluation/subject.ts';
import type { Attribution } from '../method.ts';
import type { Work } from '../work.ts';
import { WeightedSums } from './arithmetic.ts';
import { type Path, pointAt } from './path.ts';
import { nodesOf, type Quadrature } from './quadrature.ts';

export interface PathParameters {
  readonly n_steps: number;
  readonly method: Quadrature;
  readonly internal_batch_size: number | null;
}

export interface Integral {
  readonly subject: Subject;
  readonly path: Path;
  readonly parameters: PathParameters;
  readonly work: Work;
  /** Values whose gradients are integrated. */
  readonly values: readonly string[];
  /** Other values whose batch the run relies on. */
  readonly through?: readonly string[];
  run(points: Point): Promise<Evaluated>;
  /** Whether the scores at the ends of the path are needed too. */
  readonly ends: boolean;
  /** The attribution of integrals. */
  finish(integrals: readonly Tensor<'float32'>[]): Attribution;
}

/** The explained scalar at the ends of a path, per example. */
export interface Ends {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/**
 * Integrals of gradients along a path, with what is expected of them as partial results.
 * @returns those of `values`, each of its shape, and the scores at the ends where they were wanted
 */
export async function integrate(request: Integral): Promise<{ readonly integrals: Tensor<'float32'>[]; readonly ends: Ends }> {
  const { subject, path, parameters, values, finish } = request;
  const nodes = nodesOf(parameters.method, parameters.n_steps);
  const total = nodes.reduce((sum, { weight }) => sum + weight, 0);
  const points = request.ends ? [...nodes, { alpha: 0 }, { alpha: 1 }] : nodes;
  const sums = new WeightedSums();
  const scores: Float64Array[] = [];
  await visitPoints(
    {
      subject,
      count: points.length,
      point: (i) => pointAt(path, points[i]?.alpha ?? 0),
      run: request.run,
      values: [...values, ...(request.through ?? [])],
      examples: parameters.internal_batch_size,
      work: request.work,
      partial: () => finish(sums.extrapolated(total)),
    },
    (results, i) => {
      const point = points[i];
      if (point && 'weight' in point) sums.add(resultsOf(results, 'gradient', values), point.weight);
      else scores.push(subject.scoresIn(results.explained));
    },
  );
  const [from = new Float64Array(), to = from] = scores;
  return { integrals: sums.tensors, ends: { from, to } };
}
