import { evaluateDim, symbolsOf } from '../../tensor/dim.ts';
import type { Shape } from '../../tensor/shape.ts';
import { type Axes, type Axis, isTokens } from './axes.ts';

/**
 * What the axes of a value are after a Reshape. Axes that are merged or split keep what they are where places stay in order: rows
 * and columns become a sequence and back, a row of patches stays a row.
 * @returns undefined where the shapes do not tell which axes go where
 */
export function regroup(from: Shape, to: Shape, axes: Axes): Axes | undefined {
  const numbers = asNumbers(from, to);
  if (!numbers) return undefined;
  const result = new Array<Axis>(to.length).fill(null);
  const [ins, outs] = numbers;
  let i = 0;
  let j = 0;
  while (i < ins.length && j < outs.length) {
    const group = { ins: [i], outs: [j] };
    let a = ins[i++] as number;
    let b = outs[j++] as number;
    while (a !== b) {
      if (a < b && i < ins.length) {
        group.ins.push(i);
        a *= ins[i++] as number;
      } else if (b < a && j < outs.length) {
        group.outs.push(j);
        b *= outs[j++] as number;
      } else return undefined;
    }
    const merged = merge(
      group.ins.filter((axis) => ins[axis] !== 1).map((axis) => ({ axis: axes[axis] ?? null, size: ins[axis] as number })),
    );
    const longer = group.outs.filter((axis) => outs[axis] !== 1);
    split(
      merged,
      longer.map((axis) => outs[axis] as number),
    ).forEach((axis, k) => {
      result[longer[k] as number] = axis;
    });
  }
  return result;
}

/** Numbers that stand for the symbols: primes, so that a product tells its factors. */
const PRIMES = [10007, 10009, 10037, 10039, 10061, 10067];

function asNumbers(from: Shape, to: Shape): readonly [readonly number[], readonly number[]] | undefined {
  const symbols = [...new Set([...from, ...to].flatMap(symbolsOf))];
  if (symbols.length > PRIMES.length) return undefined;
  const bindings = new Map(symbols.map((symbol, k) => [symbol, PRIMES[k] as number]));
  const bound = (shape: Shape): Shape => shape.map((dim) => evaluateDim(dim, bindings));
  const [ins, outs] = [bound(from), bound(to)];
  const known = [...ins, ...outs].every((dim) => typeof dim === 'number' && dim > 0);
  return known ? [ins as number[], outs as number[]] : undefined;
}

interface Sized {
  readonly axis: Axis;
  readonly size: number;
}

/** What several axes are as one. */
function merge(axes: readonly Sized[]): Axis {
  const [first, second, ...others] = axes;
  if (!first) return null;
  if (!second) return first.axis;
  if (first.axis === 'row' && second.axis === 'column' && others.length === 0) return { height: first.size, width: second.size, skip: 0 };
  const finer = (first.axis === 'row' || first.axis === 'column') && axes.slice(1).every(({ axis }) => axis === null);
  return finer ? first.axis : null;
}

/** What the parts of an axis are, the outermost first. */
function split(axis: Axis, sizes: readonly number[]): Axis[] {
  if (sizes.length <= 1) return sizes.map(() => axis);
  if (isTokens(axis)) {
    const isGrid = axis.skip === 0 && sizes.length === 2 && sizes[0] === axis.height && sizes[1] === axis.width;
    return isGrid ? ['row', 'column'] : sizes.map(() => null);
  }
  return sizes.map((_, k) => (k === 0 && axis !== 'batch' ? axis : null));
}
