import type { InputSettings } from '../protocol/choices.ts';
import type { ResolvedInput } from './convention.ts';

/** Numbers that pixels become, and the order of the channels. */
type Numbers = Required<Pick<InputSettings, 'range' | 'mean' | 'std'>>;

export interface UsualConvention {
  readonly name: string;
  readonly settings: Numbers & Required<Pick<InputSettings, 'channels'>>;
}

const BYTES: Readonly<Record<'uint8' | 'int8', readonly [string, Numbers]>> = {
  uint8: ['0 to 255', { range: [0, 255], mean: [0], std: [1] }],
  int8: ['-128 to 127', { range: [-128, 127], mean: [0], std: [1] }],
};

/** What colour networks in floating point were trained on; means and deviations for red, green, blue. */
const COLOUR: readonly (readonly [string, Numbers])[] = [
  ['0 to 1', { range: [0, 1], mean: [0], std: [1] }],
  ['-1 to 1', { range: [-1, 1], mean: [0], std: [1] }],
  ['ImageNet mean/std', { range: [0, 1], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }],
  BYTES.uint8,
  ["0 to 255 less ImageNet's mean (Caffe)", { range: [0, 255], mean: [123.68, 116.779, 103.939], std: [1] }],
];

const GRAY: readonly (readonly [string, Numbers])[] = [
  ['0 to 1', { range: [0, 1], mean: [0], std: [1] }],
  ['-1 to 1', { range: [-1, 1], mean: [0], std: [1] }],
  BYTES.uint8,
  ['MNIST mean/std', { range: [0, 1], mean: [0.1307], std: [0.3081] }],
  ['inverted, 1 to 0', { range: [1, 0], mean: [0], std: [1] }],
];

/** The conventions that an input of this dtype and so many channels is usually fed by. */
export function usualConventions(dtype: ResolvedInput['dtype'], gray: boolean): UsualConvention[] {
  const numbers = dtype !== 'float32' ? [BYTES[dtype]] : gray ? GRAY : COLOUR;
  if (gray) return numbers.map(([name, settings]) => ({ name, settings: { ...settings, channels: 'L' } }));
  return (['RGB', 'BGR'] as const).flatMap((channels) =>
    numbers.map(([name, { range, mean, std }]) => ({
      name: `${name}, ${channels}`,
      settings: channels === 'RGB' ? { range, mean, std, channels } : { range, mean: mean.toReversed(), std: std.toReversed(), channels },
    })),
  );
}
