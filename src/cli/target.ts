import type { AttributionResult, Place } from '../app/methods/attribute.ts';
import { parseRegion } from '../app/target/region.ts';
import { parseSum, sumText } from '../app/target/sumTarget.ts';
import type { Target } from '../protocol/target.ts';
import { InspectumError } from '../tensor/errors.ts';

/**
 * `--target`: a class, indices, null for "none", the negation of a single score, a region (see `parseRegion`), or a weighted sum (see
 * `parseSum`).
 * @throws InspectumError 'usage'
 */
export function parseTarget(text: string): Place | Target {
  if (text === 'none') return null;
  if (text === 'negation') return { kind: 'class', index: 0, negated: true };
  const scalar = parseRegion(text) ?? parseSum(text);
  if (scalar) return scalar;
  const indices = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (!indices.every(Number.isInteger))
    throw new InspectumError(
      'usage',
      `--target should be a class index, indices I,J, negation, a sum like 281-207 or 281+282, a region like sum:0,4:9,: or max:1,:, or none, not ${JSON.stringify(text)}.`,
    );
  const [index = 0, ...others] = indices;
  return others.length === 0 ? index : indices;
}

/** What `sweep` explains: indices per axis are a region of one element. */
export function sweepTarget(target: Place | Target): Target | undefined {
  if (typeof target === 'number') return { kind: 'class', index: target };
  if (target === null) return undefined;
  return 'kind' in target ? target : { kind: 'region', reduce: 'sum', ranges: target.map((index) => [index, index + 1]) };
}

/** A target as `--target` has it. */
export function targetText(target: AttributionResult['target']): string {
  if (target === null || typeof target !== 'object' || !('kind' in target)) return [target].flat().join(',');
  switch (target.kind) {
    case 'class':
      return 'negation';
    case 'sum':
      return sumText(target);
    case 'region':
      return `${target.reduce}:${target.ranges.map(([from, to]) => (to - from === 1 ? from : `${from}:${to}`)).join(',')}`;
  }
}
