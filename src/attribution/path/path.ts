import { type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Baselines } from '../baselines.ts';
import type { Point, Subject } from '../evaluation/subject.ts';
import { difference, product } from './arithmetic.ts';

/** The straight line between two points. */
export interface Path {
  readonly from: Point;
  readonly to: Point;
}

/** From the baselines to the subject's point. */
export function pathOf(subject: Subject, baselines: Baselines): Path {
  const to = subject.point;
  return { from: Object.fromEntries(Object.entries(to).map(([name, value]) => [name, baselines.per(name, value)])), to };
}

/** from + α·(to − from) */
export function pointAt({ from, to }: Path, alpha: number): Point {
  return Object.fromEntries(
    Object.entries(to).map(([name, { dims, data }]) => {
      const start = from[name]?.data ?? data;
      return [
        name,
        tensor(
          'float32',
          dims,
          data.map((end, i) => (start[i] as number) + alpha * (end - (start[i] as number))),
        ),
      ];
    }),
  );
}

/** What is found of values, times how far a path leads them. */
export const timesLength = (found: readonly Tensor<'float32'>[], values: readonly string[], { from, to }: Path): Tensor<'float32'>[] =>
  values.map((name, i) =>
    product(found[i] as Tensor<'float32'>, difference(to[name] as Tensor<'float32'>, from[name] as Tensor<'float32'>)),
  );
