import path from 'node:path';
import type { Port } from '../graph/graph.ts';
import type { Preprocessing } from '../image/preprocess.ts';
import type { InputSettings } from '../protocol/choices.ts';
import type { InputConvention } from '../protocol/model.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Dim } from '../tensor/shape.ts';
import type { Configuration } from './configuration.ts';

/** Everything that preprocessing needs to know; nothing is left open. */
export interface ResolvedInput extends InputConvention {
  /** Name of the model input that takes the image. */
  readonly port: string;
  /** What the input takes; preprocessed pixels are rounded where they are integers. */
  readonly dtype: 'float32' | 'uint8' | 'int8';
  readonly preprocessing: Preprocessing;
}

const IMAGENET = { name: 'ImageNet mean/std', range: [0, 1], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const UNIT = { name: '0 to 1', range: [0, 1], mean: [0], std: [1] } as const;
/** Of quantised networks, which scale their input themselves. */
const BYTES = {
  uint8: { name: '0 to 255', range: [0, 255], mean: [0], std: [1] },
  int8: { name: '-128 to 127', range: [-128, 127], mean: [0], std: [1] },
} as const;
/** Shorter side before the crop, relative to the crop: 256 for 224, as torchvision's evaluation transform has it. */
const RESIZE_RATIO = 256 / 224;
/** Used where neither the file nor a configuration fixes height and width. */
const ASSUMED_SIZE = 224;
/** Below this side, networks see the whole picture and not its middle. */
const CROPPED_FROM = 128;
const MAX_SIDE = 8192;

interface ImagePort {
  readonly port: Port;
  readonly layout: 'NCHW' | 'NHWC';
  readonly channels: number;
}

/** The input that takes an image: four dimensions of which one is 1 or 3 channels or is called so, and none is beyond a picture's. */
export function imagePort(inputs: readonly Port[]): ImagePort | undefined {
  for (const port of inputs) {
    if (port.shape?.length !== 4 || port.shape.some((d) => typeof d === 'number' && d > MAX_SIDE)) continue;
    const [, first, , last] = port.shape;
    const leading = channelsOf(first);
    if (leading !== undefined) return { port, layout: 'NCHW', channels: leading };
    const trailing = channelsOf(last);
    if (trailing !== undefined) return { port, layout: 'NHWC', channels: trailing };
  }
  return undefined;
}

function channelsOf(dim: Dim | undefined): number | undefined {
  if (typeof dim === 'number') return dim === 1 || dim === 3 ? dim : undefined;
  return dim !== undefined && /^(num_?)?channels?$/i.test(dim) ? 3 : undefined;
}

/**
 * How an image becomes this model's input: what the configuration says, the rest inferred.
 * @returns undefined where no input takes an image
 * @throws InspectumError 'usage' where the configuration and the model contradict each other
 */
export function resolveInput(inputs: readonly Port[], configuration: Configuration): ResolvedInput | undefined {
  const found = imagePort(inputs);
  if (!found) return undefined;
  const { port } = found;
  const { input } = configuration;
  const layout = input.layout === undefined || input.layout === 'auto' ? found.layout : input.layout;
  const channels = layout === found.layout ? found.channels : channelsOf(port.shape?.[layout === 'NCHW' ? 1 : 3]);
  const order = input.channels ?? (channels === 1 ? 'L' : 'RGB');
  if (channels !== (order === 'L' ? 1 : 3))
    throw new InspectumError(
      'usage',
      `${configuration.files.join(', ')}: "channels" ${order} in layout ${layout} does not fit the input ${port.name}, which is ${port.shape?.join('×')}.`,
    );
  const { size, sizeFrom } = sizeOf(port, layout, input);
  const dtype = port.dtype === 'uint8' || port.dtype === 'int8' ? port.dtype : 'float32';
  const saysNumbers = input.mean !== undefined || input.std !== undefined || input.range !== undefined;
  const unscaled = dtype === 'float32' ? UNIT : BYTES[dtype];
  const numbers = saysNumbers || order === 'L' || dtype !== 'float32' ? unscaled : IMAGENET;
  const smaller = Math.min(...size);
  const crops = size[0] === size[1] && smaller >= CROPPED_FROM;
  const fit = input.fit ?? (crops ? 'shorter-side' : 'squash');
  const { range, mean, std } = { ...numbers, ...input };
  return {
    port: port.name,
    dtype,
    size,
    sizeFrom,
    channels: order,
    layout,
    fit,
    range,
    mean,
    std,
    name: saysNumbers ? `from ${configuration.files.map((f) => path.basename(f)).join(', ')}` : numbers.name,
    guessed: !saysNumbers,
    preprocessing: {
      size,
      channels: order,
      layout,
      fit,
      resize: input.resize ?? (input.fit === undefined && crops ? Math.round(smaller * RESIZE_RATIO) : smaller),
      interpolation: input.interpolation ?? 'bilinear',
      range,
      mean,
      std,
      pad: input.pad ?? [114, 114, 114],
      align: input.align ?? 'center',
      background: input.background ?? 'drop',
    },
  };
}

/** [height, width]: what the model fixes, else what the configuration says. */
function sizeOf({ shape }: Port, layout: 'NCHW' | 'NHWC', { size }: InputSettings): Pick<InputConvention, 'size' | 'sizeFrom'> {
  const sides = (layout === 'NCHW' ? shape?.slice(2) : shape?.slice(1, 3)) ?? [];
  const side = (i: 0 | 1): number => (typeof sides[i] === 'number' ? sides[i] : (size?.[i] ?? ASSUMED_SIZE));
  const fixed = typeof sides[0] === 'number' && typeof sides[1] === 'number';
  return { size: [side(0), side(1)], sizeFrom: fixed ? 'model' : size ? 'file' : 'assumed' };
}
