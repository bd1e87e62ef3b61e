import type { GraphBuilder } from '../../graph/builder.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import { int64s, type Tensor } from '../../tensor/tensor.ts';

/** Which element of the explained value, per example: a class, or an index per axis; null where there is only one. */
export type Place = number | readonly number[] | null;

export const TARGET_INPUT = 'inspectum.target';

/**
 * The position of a target in the flattened example.
 * @param shape of the explained value, batch first
 * @throws InspectumError 'usage' when it is out of range or has the wrong number of indices
 */
export function flatTarget(target: Place, shape: Shape, name: string): number {
  const dims = shape.slice(1);
  if (target === null) {
    if (dims.every((d) => d === 1)) return 0;
    throw new InspectumError(
      'usage',
      `The output ${name} has ${formatShape(dims)} values per example: say with --target which one to explain.`,
    );
  }
  const indices = typeof target === 'number' ? [target] : target;
  const axes = indices.length === 1 && dims.filter((d) => d !== 1).length <= 1 ? [dims.find((d) => d !== 1) ?? 1] : dims;
  if (indices.length !== axes.length)
    throw new InspectumError(
      'usage',
      `The output ${name} has the shape ${formatShape(shape)}: a target needs ${axes.length} indices, not ${indices.length}.`,
    );
  let flat = 0;
  indices.forEach((index, i) => {
    const size = axes[i];
    if (!Number.isInteger(index) || index < 0 || (typeof size === 'number' && index >= size))
      throw new InspectumError(
        'usage',
        `Target ${indices.join(',')} is out of range: ${name} has ${formatShape(axes)} values per example, counted from 0.`,
      );
    flat = flat * (typeof size === 'number' ? size : 0) + index;
  });
  return flat;
}

/** What is fed for `TARGET_INPUT`: the flat index, or -1 for the highest value. */
export const targetFeed = (flat: number): Tensor => int64s([1], [flat]);

/** Any scalar that is linear in the explained value, as its gradient there: of the value's whole shape, the batch included. */
export type Seed = Tensor<'float32'>;

export const SEED_INPUT = 'inspectum.seed';

export const isSeed = (target: Place | Seed): target is Seed => typeof target === 'object' && target !== null && 'data' in target;

/** How a graph is told at run time what is explained: by an element's place, or by a seed. A graph serves one of them. */
export type Told = 'element' | 'seed';

/**
 * Adds the run-time input that says what is explained: `TARGET_INPUT` (int64 [1], -1: the highest element), which is turned into a
 * one where the target stands in every example, or `SEED_INPUT` (float32, of the shape of `value`).
 * @returns the gradient to be sent back, of the shape of `value`
 */
export function seedOf(builder: GraphBuilder, value: string, told: Told): string {
  if (told === 'seed') return builder.input(SEED_INPUT, 'float32', builder.values.get(value)?.shape);
  const target = builder.input(TARGET_INPUT, 'int64', [1]);
  const shape = builder.op('Shape', [value]);
  const flat = builder.op('Flatten', [value], { axis: 1 });
  const count = builder.op('Gather', [builder.op('Shape', [flat]), builder.ints([1])]);
  const highest = builder.op('ArgMax', [flat], { axis: 1, keepdims: 0 });
  const chosen = builder.op('Where', [builder.op('Less', [target, builder.ints([0])]), highest, target]);
  const every = builder.op('Expand', [chosen, builder.op('Shape', [highest])]);
  const values = builder.op(
    'Concat',
    [builder.op('Reshape', [builder.float(0), builder.ints([1])]), builder.op('Reshape', [builder.float(1), builder.ints([1])])],
    { axis: 0 },
  );
  return builder.op('Reshape', [builder.op('OneHot', [every, count, values], { axis: -1 }), shape]);
}
