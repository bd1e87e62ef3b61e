import type { Graph, Port } from '../../graph/graph.ts';
import { CHANNELS, isGray, takesAlpha } from '../../image/channels.ts';
import type { Preprocessing } from '../../image/preprocess.ts';
import type { InputSettings } from '../../protocol/choices.ts';
import type { InputConvention } from '../../protocol/model.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Dim, Shape } from '../../tensor/shape.ts';
import { describeNormalization, expectedBy } from '../inGraph/expectation.ts';
import { normalizationIn } from '../inGraph/normalization.ts';
import type { Configuration } from '../settings/configuration.ts';
import { scaledResize } from '../settings/said.ts';
import { BYTES, type Channels, IMAGENET_NUMBERS, inOrder, type NamedNumbers, type Numbers, UNIT, usualName } from './usualConventions.ts';

/** Everything that preprocessing needs to know; nothing is left open. */
export interface ResolvedInput extends InputConvention {
  /** Name of the model input that takes the image. */
  readonly port: string;
  /** What the input takes; preprocessed pixels are rounded where they are integers. */
  readonly dtype: 'float32' | 'uint8' | 'int8';
  readonly preprocessing: Preprocessing;
}

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

/** What a number of channels usually is. */
const ORDERS: Readonly<Record<number, Channels>> = { 1: 'L', 2: 'LA', 3: 'RGB', 4: 'RGBA' };
/** With gray and colour, alpha may be a channel: such inputs are taken for pictures from this side on. */
const LEAST_SIDE = 8;

/** The input that takes an image: four dimensions of which one is 1 to 4 channels or is called so, and none is beyond a picture's. */
export function imagePort(inputs: readonly Port[]): ImagePort | undefined {
  for (const port of inputs) {
    const { shape } = port;
    if (shape?.length !== 4 || shape.some((d) => typeof d === 'number' && d > MAX_SIDE)) continue;
    const channels = { NCHW: channelsOf(shape[1]), NHWC: channelsOf(shape[3]) };
    const isUsual = (layout: Layout): boolean => channels[layout] === 1 || channels[layout] === 3;
    const isPicture = (layout: Layout): boolean => channels[layout] !== undefined && sidesOf(shape, layout).every(isLong);
    const layout = LAYOUTS.find(isUsual) ?? LAYOUTS.find(isPicture);
    if (layout) return { port, layout, channels: channels[layout] as number };
  }
  return undefined;
}

type Layout = 'NCHW' | 'NHWC';
const LAYOUTS: readonly Layout[] = ['NCHW', 'NHWC'];

/** Height and width. */
const sidesOf = (shape: Shape, layout: Layout): Shape => (layout === 'NCHW' ? shape.slice(2) : shape.slice(1, 3));

const isLong = (side: Dim): boolean => typeof side === 'string' || side >= LEAST_SIDE;

function channelsOf(dim: Dim | undefined): number | undefined {
  if (typeof dim === 'number') return dim in ORDERS ? dim : undefined;
  return dim !== undefined && /^(num_?)?channels?$/i.test(dim) ? 3 : undefined;
}

/**
 * How an image becomes this model's input: what the configuration says, the rest inferred from the input and, where it is given, from what
 * the graph itself does with it.
 * @returns undefined where no input takes an image
 * @throws InspectumError 'usage' where inspectum.json and the model contradict each other
 */
export function resolveInput(inputs: readonly Port[], configuration: Configuration, graph?: Graph): ResolvedInput | undefined {
  const found = imagePort(inputs);
  if (!found) return undefined;
  const { port } = found;
  const { input, origins } = configuration;
  const dtype = port.dtype === 'uint8' || port.dtype === 'int8' ? port.dtype : 'float32';
  const layout = followed('layout', found.layout, configuration, port, (said) => said === 'auto' || countAt(port, said) !== undefined);
  const count = layout === found.layout ? found.channels : (countAt(port, layout) as number);
  const normalization = graph && normalizationIn(graph, port.name, layout === 'NCHW' ? 1 : 3, count);
  const expected = normalization && expectedBy(normalization);
  const inferred = (count === 3 ? expected?.channels : undefined) ?? (ORDERS[count] as Channels);
  const channels = followed('channels', inferred, configuration, port, (said) => CHANNELS[said].length === count);
  followed(
    'dtype',
    'auto',
    configuration,
    port,
    (said) => said === 'auto' || said === dtype || (said === 'float16' && dtype === 'float32'),
  );
  const { size, sizeFrom } = sizeOf(port, layout, configuration);
  const sayer = origins.range ?? origins.mean ?? origins.std;
  const guessed = guessedNumbers(dtype, channels, expected?.range);
  const { range, mean, std } = sayer ? { ...plain(dtype), ...input } : inOrder(guessed, channels);
  const perChannel = (values: readonly number[], ofAlpha: number): readonly number[] =>
    sayer?.strict ? values : forChannels(values, channels, ofAlpha);
  const numbers = { range, mean: perChannel(mean, 0), std: perChannel(std, 1) };
  const smaller = Math.min(...size);
  const crops = size[0] === size[1] && smaller >= CROPPED_FROM;
  const fit = input.fit ?? (crops ? 'shorter-side' : 'squash');
  const inGraph = normalization && describeNormalization(normalization);
  return {
    port: port.name,
    dtype,
    size,
    sizeFrom,
    fit,
    channels,
    layout,
    ...numbers,
    name: !sayer ? guessed.name : sayer.from === 'chosen' ? (usualName(numbers, dtype, channels) ?? sayer.where) : `from ${sayer.where}`,
    guessed: sayer === undefined,
    ...(inGraph && { inGraph }),
    preprocessing: {
      size,
      channels,
      layout,
      fit,
      resize: input.resize
        ? scaledResize(input.resize, input.size, size)
        : input.fit === undefined && crops
          ? Math.round(smaller * RESIZE_RATIO)
          : smaller,
      interpolation: input.interpolation ?? 'bilinear',
      ...numbers,
      pad: input.pad ?? [114, 114, 114],
      align: input.align ?? 'center',
      background: input.background ?? 'drop',
    },
  };
}

/**
 * What a configuration says of a field, where the model can follow it.
 * @throws InspectumError 'usage' where it cannot, and it was said in inspectum.json
 */
function followed<K extends 'layout' | 'channels' | 'dtype', V extends InputSettings[K]>(
  name: K,
  inferred: V,
  { input, origins }: Configuration,
  port: Port,
  fits: (said: NonNullable<InputSettings[K]>) => boolean,
): V {
  const said = input[name];
  if (said === undefined || said === 'auto') return inferred;
  if (fits(said)) return said as V;
  const { where, strict } = origins[name] ?? {};
  if (!strict) return inferred;
  throw new InspectumError(
    'usage',
    `${where}: "input.${name}" ${said} does not fit the input ${port.name}, which takes ${port.dtype ?? 'float32'} ${port.shape?.join('×')}.`,
  );
}

const countAt = ({ shape }: Port, layout: 'NCHW' | 'NHWC'): number | undefined => channelsOf(shape?.[layout === 'NCHW' ? 1 : 3]);

/** Where nothing says them: what the graph is made for, else the whole range of whole numbers, else what most networks were trained with. */
function guessedNumbers(dtype: ResolvedInput['dtype'], channels: Channels, expected: Numbers['range'] | undefined): NamedNumbers {
  if (dtype !== 'float32') return BYTES[dtype];
  if (!expected) return channels === 'RGB' || channels === 'BGR' ? IMAGENET_NUMBERS : UNIT;
  const numbers = { range: expected, mean: [0], std: [1] };
  return { name: usualName(numbers, dtype, channels) ?? expected.join(' to '), ...numbers };
}

const plain = (dtype: ResolvedInput['dtype']): Numbers => (dtype === 'float32' ? UNIT : BYTES[dtype]);

/** Numbers that were said of three colours, for the channels that there are. */
function forChannels(values: readonly number[], channels: Channels, ofAlpha: number): readonly number[] {
  if (values.length !== 3 || CHANNELS[channels].length === 3) return values;
  const ofColours = isGray(channels) ? [values.reduce((sum, v) => sum + v, 0) / values.length] : values;
  return takesAlpha(channels) ? [...ofColours, ofAlpha] : ofColours;
}

/** [height, width]: what the model fixes, else what the configuration says. */
function sizeOf(
  { shape }: Port,
  layout: 'NCHW' | 'NHWC',
  { input: { size }, origins }: Configuration,
): Pick<InputConvention, 'size' | 'sizeFrom'> {
  const sides = shape ? sidesOf(shape, layout) : [];
  const side = (i: 0 | 1): number => (typeof sides[i] === 'number' ? sides[i] : (size?.[i] ?? ASSUMED_SIZE));
  const fixed = typeof sides[0] === 'number' && typeof sides[1] === 'number';
  return { size: [side(0), side(1)], sizeFrom: fixed ? 'model' : (origins.size?.from ?? 'assumed') };
}
