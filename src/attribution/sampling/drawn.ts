import { type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Baselines } from '../baselines.ts';
import type { Point } from '../evaluation/subject.ts';
import type { Random } from '../random.ts';

/** For every example of a point one of the examples of its baselines, all with the same probability. */
export function drawnBaseline(point: Point, baselines: Baselines, random: Random): Point {
  return Object.fromEntries(
    Object.entries(point).map(([name, value]) => [name, drawnExamples(baselines.all(name, value), value.dims, random)]),
  );
}

function drawnExamples({ dims: [count = 1], data: all }: Tensor<'float32'>, dims: readonly number[], random: Random): Tensor<'float32'> {
  const [examples = 1] = dims;
  const size = all.length / count;
  const data = new Float32Array(examples * size);
  for (let example = 0; example < examples; example++) {
    const from = random.integer(count) * size;
    data.set(all.subarray(from, from + size), example * size);
  }
  return tensor('float32', dims, data);
}

/** A point between two others for every example: from + α·(to − from), α uniform in [0, 1), the same for all values of an example. */
export function drawnBetween(from: Point, to: Point, random: Random): Point {
  const [first] = Object.values(to);
  const alphas = Array.from({ length: first?.dims[0] ?? 1 }, () => random.uniform());
  return Object.fromEntries(
    Object.entries(to).map(([name, { dims, data }]) => {
      const start = (from[name] as Tensor<'float32'>).data;
      const size = data.length / alphas.length;
      const between = data.map((end, i) => (start[i] as number) + (alphas[Math.floor(i / size)] as number) * (end - (start[i] as number)));
      return [name, tensor('float32', dims, between)];
    }),
  );
}
