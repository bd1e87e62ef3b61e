import type { Port } from '../graph/graph.ts';
import type { Preprocessing } from '../image/preprocess.ts';
import type { InputConvention } from '../protocol/model.ts';
import type { Configuration } from './configuration.ts';

/** Everything that preprocessing needs to know; nothing is left open. */
export interface ResolvedInput extends InputConvention {
  /** Name of the model input that takes the image. */
  readonly port: string;
  readonly preprocessing: Preprocessing;
}

const IMAGENET = { name: 'ImageNet mean/std', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const UNIT = { name: '0 to 1', mean: [0], std: [1] } as const;
/** Shorter side before the crop, relative to the crop: 256 for 224, as torchvision's evaluation transform has it. */
const RESIZE_RATIO = 256 / 224;
/** Used where neither the file nor a configuration fixes height and width. */
const ASSUMED_SIZE = 224;

/** The input that takes an image: four dimensions of which one is 1, 3 or 4 channels. */
export function imagePort(inputs: readonly Port[]): { port: Port; layout: 'NCHW' | 'NHWC'; channels: number } | undefined {
  for (const port of inputs) {
    if (port.shape?.length !== 4) continue;
    const [, first, , last] = port.shape;
    if (typeof first === 'number' && CHANNELS.has(first)) return { port, layout: 'NCHW', channels: first };
    if (typeof last === 'number' && CHANNELS.has(last)) return { port, layout: 'NHWC', channels: last };
  }
  return undefined;
}

const CHANNELS: ReadonlySet<number> = new Set([1, 3]);

/**
 * How an image becomes this model's input: what the configuration says, the rest inferred.
 * @returns undefined where no input takes an image
 */
export function resolveInput(inputs: readonly Port[], configuration: Configuration): ResolvedInput | undefined {
  const found = imagePort(inputs);
  if (!found) return undefined;
  const { port, channels } = found;
  const { input } = configuration;
  const layout = input.layout === undefined || input.layout === 'auto' ? found.layout : input.layout;
  const [height, width] = (layout === 'NCHW' ? port.shape?.slice(2) : port.shape?.slice(1, 3)) ?? [];
  const size = [
    typeof height === 'number' ? height : (input.size?.[0] ?? ASSUMED_SIZE),
    typeof width === 'number' ? width : (input.size?.[1] ?? ASSUMED_SIZE),
  ] as const;
  const order = input.channels ?? (channels === 1 ? 'L' : 'RGB');
  const saysNumbers = input.mean !== undefined || input.std !== undefined || input.range !== undefined;
  const guess = order === 'L' ? UNIT : IMAGENET;
  const numbers = saysNumbers ? { mean: input.mean ?? [0], std: input.std ?? [1] } : guess;
  const square = size[0] === size[1];
  const large = Math.min(...size) >= 128;
  return {
    port: port.name,
    size,
    channels: order,
    layout,
    name: saysNumbers ? `from ${configuration.files.map((f) => f.split(/[\\/]/).at(-1)).join(', ')}` : guess.name,
    guessed: !saysNumbers,
    preprocessing: {
      size,
      channels: order,
      layout,
      fit: input.fit ?? (square && large ? 'shorter-side' : 'squash'),
      resize: input.resize ?? (input.fit === undefined && large ? Math.round(Math.min(...size) * RESIZE_RATIO) : Math.min(...size)),
      interpolation: input.interpolation ?? 'bilinear',
      range: input.range ?? [0, 1],
      mean: numbers.mean,
      std: numbers.std,
      pad: input.pad ?? [114, 114, 114],
      align: input.align ?? 'center',
    },
  };
}
