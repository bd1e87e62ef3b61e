import type { InputSettings } from '../../protocol/choices.ts';
import type { GraphNormalization } from './normalization.ts';

/** Red, green and blue means of ImageNet's pixels, of 0 to 1. */
const IMAGENET_MEAN = [0.485, 0.456, 0.406];
/** How far from them a mean still is theirs. */
const NEAR = 0.02;

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** The input values that the network computes with as 0. */
const zeros = ({ scale, shift }: GraphNormalization): number[] => scale.map((s, c) => -(shift[c] as number) / s || 0);

const isIdentity = ({ scale, shift }: GraphNormalization): boolean =>
  scale.every((s) => Math.abs(s - 1) < 1e-6) && shift.every((s) => Math.abs(s) < 1e-6);

/** In words: "the graph itself subtracts 127.5 and divides by 127.5"; undefined where it does nothing of the kind. */
export function describeNormalization(found: GraphNormalization): string | undefined {
  const { scale, varies } = found;
  const steps: string[] = [];
  if (!isIdentity(found)) {
    const at = zeros(found);
    if (at.some((z) => Math.abs(z) > 1e-9))
      steps.push(at.every((z) => z <= 0) ? `adds ${list(at.map((z) => -z))}` : `subtracts ${list(at)}`);
    if (scale.some((s) => Math.abs(s - 1) > 1e-6)) {
      const [by, over] = [list(scale), list(scale.map((s) => 1 / s))];
      steps.push(effort(over) < effort(by) ? `divides by ${over}` : `multiplies by ${by}`);
    }
  }
  if (found.reversed) steps.push('reverses the channels');
  return steps.length === 0 ? undefined : `the graph itself ${varies ? 'on average ' : ''}${steps.join(steps.length > 2 ? ', ' : ' and ')}`;
}

/** How hard numbers are to read: by their significant digits, then by their length. */
const effort = (text: string): number => text.replace(/\b0\.0*|\D/g, '').length * 100 + text.length;

/** One number where all are the same. */
function list(values: readonly number[]): string {
  const shown = values.map((v) => String(Number(v.toPrecision(4))));
  return (new Set(shown).size === 1 ? shown.slice(0, 1) : shown).join(', ');
}

/**
 * The numbers that a graph's own normalisation is made for: which pixel value it takes for 0, and what it divides by, tell 0 to 255 from 0
 * to 1 and −1 to 1; the means of ImageNet's colours tell the order of the channels.
 * @returns undefined where it tells nothing
 */
export function expectedBy(
  found: GraphNormalization,
): (Required<Pick<InputSettings, 'range'>> & Pick<InputSettings, 'channels'>) | undefined {
  if (isIdentity(found)) return undefined;
  const at = zeros(found);
  const range = rangeFor(mean(at), mean(found.scale.map((s) => Math.abs(1 / s))));
  if (!range) return undefined;
  const means = at.map((z) => z / range[1]);
  const isNear = (expected: readonly number[]): boolean =>
    means.length === 3 && means.every((m, c) => Math.abs(m - (expected[c] as number)) < NEAR);
  const channels = isNear(IMAGENET_MEAN) ? 'RGB' : isNear(IMAGENET_MEAN.toReversed()) ? 'BGR' : undefined;
  return { range, ...(channels && { channels }) };
}

/** @param zero the input that becomes 0. @param unit how much more becomes 1. Both over all channels. */
function rangeFor(zero: number, unit: number): readonly [number, number] | undefined {
  if (zero > 1.5 && zero < 256) return [0, 255];
  // A spread below 1 is that of numbers which are normalised already (torchvision's Inception).
  if (zero >= 0.2 && zero < 1.01 && unit < 1.01) return [0, 1];
  if (Math.abs(zero + 1) < 0.05) return [-1, 1];
  if (Math.abs(zero) > 0.02) return undefined;
  if (unit >= 50) return [0, 255];
  return unit <= 1 / 50 ? [0, 1] : undefined;
}
