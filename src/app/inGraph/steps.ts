import { floatAttribute, intAttribute, intsAttribute, type Node } from '../../graph/graph.ts';
import type { Constant, Constants } from './constants.ts';
import type { Channel, Tracked } from './tracked.ts';

/** What a node makes of values that are still the picture; undefined where it does something else with them. */
type Step = (node: Node, given: readonly (Tracked | undefined)[], constants: Constants) => readonly (Tracked | undefined)[] | undefined;

/** The first input is the picture, and so is the output. */
const one =
  (make: (value: Tracked, node: Node, constants: Constants) => Tracked | undefined): Step =>
  (node, [value], constants) => {
    const result = value && make(value, node, constants);
    return result && [result];
  };

const same = one((value) => value);

type Affine = Pick<Channel, 'scale' | 'shift'>;

/** Each channel times `scale`, plus `shift`. */
const affine = (value: Tracked, of: (i: number) => Affine): Tracked => ({
  ...value,
  channels: value.channels.map(({ from, scale, shift }, i) => {
    const step = of(i);
    return { from, scale: scale * step.scale, shift: shift * step.scale + step.shift };
  }),
});

interface PerChannel {
  readonly of: (channel: number) => number;
  /** It varies over the picture, and this is its mean. */
  readonly varies: boolean;
}

/** The constant's number for each channel, of a constant that broadcasts to the picture. */
function perChannel({ dims, values }: Constant, { rank, axis, channels }: Tracked): PerChannel | undefined {
  const at = axis === undefined ? -1 : axis - (rank - dims.length);
  const count = dims[at] ?? 1;
  if (dims.length > rank || (count !== 1 && count !== channels.length)) return undefined;
  const inner = dims.slice(at + 1).reduce((product, d) => product * d, 1);
  const sums = new Float64Array(count);
  let varies = false;
  for (const [i, value] of values.entries()) {
    const channel = at < 0 ? 0 : Math.floor(i / inner) % count;
    sums[channel] = (sums[channel] as number) + value;
    varies ||= value !== values[at < 0 ? 0 : channel * inner];
  }
  const each = values.length / count;
  return { of: (channel) => (sums[count === 1 ? 0 : channel] as number) / each, varies };
}

/** An operator of the picture and a constant, as scale and shift by the constant's number. */
const withConstant =
  (right: (c: number) => Affine, left: (c: number) => Affine | undefined = right): Step =>
  (node, [first, second], constants) => {
    const value = first ?? second;
    const constant = constants.get(node.inputs[first ? 1 : 0]);
    const number = value && constant && perChannel(constant, value);
    if (!value || !number) return undefined;
    const steps = value.channels.map((_, i) => (first ? right : left)(number.of(i)));
    if (!steps.every((step) => step !== undefined)) return undefined;
    return [{ ...affine(value, (i) => steps[i] as Affine), varies: value.varies || number.varies }];
  };

const channelsAt = (value: Tracked, indices: readonly number[]): Channel[] | undefined => {
  const channels = indices.map((i) => value.channels.at(i));
  return channels.every((channel) => channel !== undefined) ? channels : undefined;
};

const isAxis = (value: Tracked, axis: number): boolean => value.axis !== undefined && (axis < 0 ? axis + value.rank : axis) === value.axis;

const slice: Step = (node, [value], constants) => {
  const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => constants.get(node.inputs[i])?.values);
  if (!value || !starts || !ends) return undefined;
  const at = (axes ?? starts.map((_, i) => i)).findIndex((axis) => isAxis(value, axis));
  if (at < 0) return [value];
  const count = value.channels.length;
  const step = steps?.[at] ?? 1;
  const bound = (n: number): number => Math.max(step < 0 ? -1 : 0, Math.min(n < 0 ? n + count : n, step < 0 ? count - 1 : count));
  const [from, to] = [bound(starts[at] as number), bound(ends[at] as number)];
  const indices: number[] = [];
  if (step !== 0) for (let i = from; step > 0 ? i < to : i > to; i += step) indices.push(i);
  return indices.length > 0 ? [{ ...value, channels: indices.map((i) => value.channels[i] as Channel) }] : undefined;
};

const gather: Step = (node, [value], constants) => {
  const indices = constants.get(node.inputs[1]);
  if (!value || !indices || indices.dims.length > 1 || !isAxis(value, intAttribute(node, 'axis', 0))) return undefined;
  const channels = channelsAt(value, indices.values);
  if (!channels) return undefined;
  return [indices.dims.length === 1 ? { ...value, channels } : { ...value, rank: value.rank - 1, axis: undefined, channels }];
};

const split: Step = (node, [value], constants) => {
  if (!value || !isAxis(value, intAttribute(node, 'axis', 0))) return undefined;
  const count = value.channels.length;
  const sizes = constants.get(node.inputs[1])?.values ?? node.outputs.map(() => count / node.outputs.length);
  if (sizes.length > count) return undefined;
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  const parts = sizes.map((size, i) => ({ ...value, channels: value.channels.slice(starts[i], (starts[i] as number) + size) }));
  return parts.reduce((sum, { channels }) => sum + channels.length, 0) === count ? parts : undefined;
};

const concat: Step = (node, given) => {
  const values = given.filter((value) => value !== undefined);
  const [first] = values;
  if (!first || values.length !== node.inputs.length || !values.every((value) => isAxis(value, intAttribute(node, 'axis', 0))))
    return undefined;
  return [{ ...first, channels: values.flatMap(({ channels }) => channels) }];
};

const unsqueeze = one((value, node, constants) => {
  const axes = constants.get(node.inputs[1])?.values;
  if (axes?.length !== 1) return undefined;
  const rank = value.rank + 1;
  const added = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  // The one axis that comes back is where the channel was taken from.
  if (value.axis === undefined) return { ...value, rank, axis: added[0] };
  const kept = Array.from({ length: rank }, (_, i) => i).filter((i) => !added.includes(i));
  return { ...value, rank, axis: kept[value.axis] };
});

const batchNormalization = one((value, node, constants) => {
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => constants.get(node.inputs[i])?.values);
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  if (!scale || !bias || !mean || !variance || value.axis !== 1) return undefined;
  return affine(value, (i) => {
    const factor = (scale[i] as number) / Math.sqrt((variance[i] as number) + epsilon);
    return { scale: factor, shift: (bias[i] as number) - (mean[i] as number) * factor };
  });
});

/** Operators that leave the picture a picture. */
export const STEPS: Readonly<Record<string, Step>> = {
  Identity: same,
  Cast: same,
  Dropout: same,
  Clip: same,
  Pad: same,
  Resize: same,
  QuantizeLinear: same,
  DequantizeLinear: same,
  Transpose: one((value, node) => {
    const perm = intsAttribute(node, 'perm') ?? Array.from({ length: value.rank }, (_, i) => value.rank - 1 - i);
    return { ...value, axis: value.axis === undefined ? undefined : perm.indexOf(value.axis) };
  }),
  Neg: one((value) => affine(value, () => ({ scale: -1, shift: 0 }))),
  Add: withConstant((c) => ({ scale: 1, shift: c })),
  Sub: withConstant(
    (c) => ({ scale: 1, shift: -c }),
    (c) => ({ scale: -1, shift: c }),
  ),
  Mul: withConstant((c) => ({ scale: c, shift: 0 })),
  Div: withConstant(
    (c) => ({ scale: 1 / c, shift: 0 }),
    () => undefined,
  ),
  BatchNormalization: batchNormalization,
  Slice: slice,
  Gather: gather,
  Split: split,
  Concat: concat,
  Unsqueeze: unsqueeze,
};
