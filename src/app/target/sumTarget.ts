import { flatTarget } from '../../attribution/evaluation/target.ts';
import type { SumTarget, WeightedElement } from '../../protocol/target.ts';
import { InspectumError } from '../../tensor/errors.ts';

/** An element by its place in the flattened example, and its weight. */
interface Weight {
  readonly index: number;
  readonly weight: number;
}

const usage = (message: string): InspectumError => new InspectumError('usage', message);

/**
 * The weights of a sum.
 * @param dims of one example
 * @throws InspectumError 'usage' where a place is out of range, or a weight is no number
 */
export const weightsOf = ({ terms }: SumTarget, dims: readonly number[], name: string): Weight[] =>
  terms.map(({ index, weight }) => {
    if (!Number.isFinite(weight) || weight === 0)
      throw usage(`The target's weight of ${[index].flat()} is ${weight}: it should be a number that is not 0.`);
    return { index: flatTarget(index, [1, ...dims], name), weight };
  });

/**
 * A sum of which every element lies inside of the value, once.
 * @param dims of one example
 * @throws InspectumError 'usage' where it does not
 */
export function sumWithin(sum: SumTarget, dims: readonly number[], name: string): SumTarget {
  const places = weightsOf(sum, dims, name).map(({ index }) => index);
  if (places.length === 0) throw usage('The target is a sum of nothing: name at least one element.');
  const twice = sum.terms.find((_, i) => places.indexOf(places[i] as number) !== i);
  if (twice) throw usage(`The target has ${[twice.index].flat()} twice: give it once, with the sum of its weights.`);
  return sum;
}

/** "cat − 0.5 × dog", with each element as `nameOf` calls it. */
export const describeSum = (weights: readonly Weight[], nameOf: (index: number) => string): string =>
  weights
    .map(({ index, weight }, i) => {
      const size = Math.abs(weight) === 1 ? '' : `${Math.abs(weight)} × `;
      const sign = i === 0 ? (weight < 0 ? '−' : '') : weight < 0 ? ' − ' : ' + ';
      return `${sign}${size}${nameOf(index)}`;
    })
    .join('');

/** A term: a sign, perhaps a weight and "*", then a class or indices in brackets. */
const TERM = /\s*([+-]?)\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*\*\s*)?(\d+|\[[\d\s,]*\])\s*/iy;
/** An element and then a sign, a weight, or an element in brackets: nothing else that a target can be has one of them. */
const LIKE_A_SUM = /[\d\]]\s*[+-]|\*|\[/;

/**
 * A sum as `--target` has it: "281-207", "281+282", "0.5*281-2*207", "[0,3]-[1,3]" where elements have several indices.
 * @returns undefined where the text is no sum
 * @throws InspectumError 'usage' where it is one that cannot be read, or that can be read in two ways
 */
export function parseSum(text: string): SumTarget | undefined {
  if (!LIKE_A_SUM.test(text)) return undefined;
  const terms: WeightedElement[] = [];
  TERM.lastIndex = 0;
  for (let at = 0; at < text.length; at = TERM.lastIndex) {
    const found = TERM.exec(text);
    const [, sign = '', weight, element = ''] = found ?? [];
    if (!found || (terms.length > 0 && sign === ''))
      throw usage(
        `--target ${text}: ${JSON.stringify(text.slice(at))} should be a term of a sum, such as -207 or +0.5*207; indices of several axes stand in brackets: [0,3]-[1,3].`,
      );
    if (terms.length === 0 && sign !== '' && weight === undefined)
      throw usage(
        `--target ${text}: begins with a sign, which may mean a weight or an index counted from the end. Write the weight: ${sign === '-' ? '-1' : '1'}*${text.trim().slice(1)}.`,
      );
    terms.push({ index: indexOf(element, text), weight: Number(weight ?? 1) * (sign === '-' ? -1 : 1) });
  }
  return { kind: 'sum', terms };
}

function indexOf(element: string, text: string): number | readonly number[] {
  if (!element.startsWith('[')) return Number(element);
  const parts = element.slice(1, -1).split(',');
  if (parts.some((part) => !/^\s*\d+\s*$/.test(part)))
    throw usage(`--target ${text}: ${element} should be indices counted from 0, such as [0,3].`);
  return parts.map(Number);
}

/** A sum as `parseSum` reads it. */
export const sumText = ({ terms }: SumTarget): string =>
  terms
    .map(({ index, weight }, i) => {
      const sign = weight < 0 ? '-' : i === 0 ? '' : '+';
      const size = Math.abs(weight) === 1 && !(i === 0 && weight < 0) ? '' : `${Math.abs(weight)}*`;
      return `${sign}${size}${typeof index === 'number' ? index : `[${index.join(',')}]`}`;
    })
    .join('');
