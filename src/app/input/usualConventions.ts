import type { InputSettings } from '../../protocol/choices.ts';
import type { ResolvedInput } from './convention.ts';

/** What pixel values become; one mean and deviation, or one per channel. */
export type Numbers = Required<Pick<InputSettings, 'range' | 'mean' | 'std'>>;
export type Channels = InputSettings['channels'] & string;

const isColour = (channels: Channels): boolean => channels === 'RGB' || channels === 'BGR';

export interface NamedNumbers extends Numbers {
  readonly name: string;
}

export const UNIT: NamedNumbers = { name: '0 to 1', range: [0, 1], mean: [0], std: [1] };
const SIGNED: NamedNumbers = { name: '-1 to 1', range: [-1, 1], mean: [0], std: [1] };
/** Means and deviations of red, green and blue. */
export const IMAGENET_NUMBERS: NamedNumbers = {
  name: 'ImageNet mean/std',
  range: [0, 1],
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
/** Of quantised networks, which scale their input themselves. */
export const BYTES: Readonly<Record<'uint8' | 'int8', NamedNumbers>> = {
  uint8: { name: '0 to 255', range: [0, 255], mean: [0], std: [1] },
  int8: { name: '-128 to 127', range: [-128, 127], mean: [0], std: [1] },
};

const COLOUR: readonly NamedNumbers[] = [
  UNIT,
  SIGNED,
  IMAGENET_NUMBERS,
  BYTES.uint8,
  { name: "0 to 255 less ImageNet's mean (Caffe)", range: [0, 255], mean: [123.68, 116.779, 103.939], std: [1] },
];
const GRAY: readonly NamedNumbers[] = [
  UNIT,
  SIGNED,
  BYTES.uint8,
  { name: 'MNIST mean/std', range: [0, 1], mean: [0.1307], std: [0.3081] },
  { name: 'inverted, 1 to 0', range: [1, 0], mean: [0], std: [1] },
];

/** Where alpha is a channel, too. */
const WITH_ALPHA: readonly NamedNumbers[] = [UNIT, SIGNED, BYTES.uint8];

/** Numbers of red, green and blue in the order of the network's channels. */
export const inOrder = ({ range, mean, std }: Numbers, channels: Channels): Numbers =>
  channels === 'BGR' ? { range, mean: mean.toReversed(), std: std.toReversed() } : { range, mean, std };

/** What inputs of this dtype and these channels are usually fed; colours in the order red, green, blue. */
const usualNumbers = (dtype: ResolvedInput['dtype'], channels: Channels): readonly NamedNumbers[] =>
  dtype !== 'float32' ? [BYTES[dtype]] : channels === 'L' ? GRAY : isColour(channels) ? COLOUR : WITH_ALPHA;

export interface UsualConvention {
  readonly name: string;
  readonly settings: Numbers & { readonly channels: Channels };
}

/** Every usual convention for an input: of colour, in both orders. */
export const usualConventions = ({ dtype, channels }: Pick<ResolvedInput, 'dtype' | 'channels'>): UsualConvention[] =>
  (isColour(channels) ? (['RGB', 'BGR'] as const) : [channels]).flatMap((order) =>
    usualNumbers(dtype, order).map((numbers) => ({
      name: isColour(order) ? `${numbers.name}, ${order}` : numbers.name,
      settings: { ...inOrder(numbers, order), channels: order },
    })),
  );

/** What such numbers are usually called; undefined where they are not usual. */
export const usualName = (numbers: Numbers, dtype: ResolvedInput['dtype'], channels: Channels): string | undefined =>
  usualNumbers(dtype, channels).find((usual) => isSame(inOrder(usual, channels), numbers))?.name;

/** Whether two make the same of the same channels. */
export function isSame(a: Numbers, b: Numbers): boolean {
  const sameEach = (x: readonly number[], y: readonly number[]): boolean =>
    [0, 1, 2].every((c) => Math.abs((x[c] ?? x[0] ?? 0) - (y[c] ?? y[0] ?? 0)) < 1e-9);
  return sameEach(a.range, b.range) && sameEach(a.mean, b.mean) && sameEach(a.std, b.std);
}
