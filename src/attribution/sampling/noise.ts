import { InspectumError } from '../../tensor/errors.ts';
import type { Parameter } from '../../tensor/parameters.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Point } from '../evaluation/subject.ts';
import type { Random } from '../random.ts';

/** The standard deviation of the noise that is added to inputs. */
export const stdevsParameter = <const N extends number>(deviation: N) =>
  ({
    type: 'number',
    default: deviation,
    min: 0,
    perInput: true,
    doc: 'The standard deviation of normal noise that is added to the input, in its own units, after preprocessing. A list has one for every input.',
  }) as const satisfies Parameter;

/** A number for all of the attributed values, or a list of one for each. */
export type Stdevs = number | readonly number[];

/**
 * A point with noise of its own at every element.
 * @param owner whose parameter `stdevs` is, for the error
 * @throws InspectumError 'usage' where there are not as many deviations as values
 */
export function withNoise(point: Point, stdevs: Stdevs, random: Random, owner: string): Point {
  const names = Object.keys(point);
  if (typeof stdevs !== 'number' && stdevs.length !== names.length)
    throw new InspectumError(
      'usage',
      `${owner}: stdevs should be one number, or one for every input: there are ${names.length} (${names.join(', ')}), not ${stdevs.length}.`,
    );
  return Object.fromEntries(
    names.map((name, i) => {
      const value = point[name] as Tensor<'float32'>;
      const deviation = typeof stdevs === 'number' ? stdevs : (stdevs[i] as number);
      return [
        name,
        deviation === 0
          ? value
          : tensor(
              'float32',
              value.dims,
              value.data.map((x) => x + deviation * random.normal()),
            ),
      ];
    }),
  );
}
