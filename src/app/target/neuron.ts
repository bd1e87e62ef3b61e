import type { Subject } from '../../attribution/evaluation/subject.ts';
import { layerValue } from '../../attribution/layer/layerValue.ts';
import type { LayerValues, Neuron } from '../../attribution/method.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { formatShape, isStatic, type Shape } from '../../tensor/shape.ts';
import { floats, sizeOf } from '../../tensor/tensor.ts';
import { forEachIn, rangeOfFlag } from './region.ts';

type Range = readonly [from: number, to: number];

/**
 * A neuron of a layer, its batch left out: an index per axis. Half-open ranges mean the sum of several neurons, as Captum's slices do;
 * an end may be Infinity, up to the axis's own, and axes that are not mentioned at the end are whole.
 */
export type NeuronSelector = readonly (number | Range)[];

/**
 * A neuron as `--neuron` has it: "4,1,2", or with NumPy's ranges "0,1:3,:".
 * @throws InspectumError 'usage' where a part is neither
 */
export const parseNeuron = (text: string): NeuronSelector =>
  text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : rangeOfFlag(part.trim(), `--neuron ${text}`)));

/** "4,1,2", "0,1:3,:" */
export const describeNeuron = (selector: NeuronSelector): string =>
  selector
    .map((part) => (typeof part === 'number' ? part : `${part[0] || ''}:${part[1] === Number.POSITIVE_INFINITY ? '' : part[1]}`))
    .join(',');

/**
 * What a selector means, as a scalar that can be explained.
 * @param ofInput whether of what enters the layer
 * @throws InspectumError 'usage' with the layer's shape where it has no such neuron
 */
export async function neuronOf(subject: Subject, layer: LayerValues, selector: NeuronSelector, ofInput: boolean): Promise<Neuron> {
  const value = layerValue({ layer, parameters: { attribute_to_layer_input: ofInput } });
  const shape = await shapeOf(subject, value);
  const axes = shape.slice(1) as readonly number[];
  if (axes.length === 0)
    throw new InspectumError(
      'usage',
      `The layer ${layer.id} has one number per example (${formatShape(shape)}), so there is no neuron to choose in it: explain it with --output ${value} and a method without a neuron.`,
    );
  const ranges = axes.map((size, axis): Range => {
    const part = selector[axis] ?? [0, size];
    return typeof part === 'number' ? [part, part + 1] : [part[0], part[1] === Number.POSITIVE_INFINITY ? size : part[1]];
  });
  const isInside = ranges.every(([from, to], axis) => from >= 0 && from < to && to <= (axes[axis] as number));
  const isOne = ranges.every(([from, to]) => to - from === 1);
  if (!isInside || selector.length > axes.length || (!isOne && selector.every((part) => typeof part === 'number')))
    throw new InspectumError(
      'usage',
      `There is no neuron ${describeNeuron(selector)} in the layer ${layer.id}: ${ofInput ? 'what enters it' : 'its value'} has the shape ` +
        `${formatShape(shape)}, and --neuron takes ${axes.length === 1 ? 'an index or a range' : `${axes.length} indices or ranges`} ` +
        'of what follows the batch, counted from 0.',
    );
  if (isOne) return { value, axes, selector: ranges.map(([from]) => from) };
  const one = new Array<number>(sizeOf(axes)).fill(0);
  forEachIn(ranges, axes, (flat) => {
    one[flat] = 1;
  });
  const examples = typeof shape[0] === 'number' ? shape[0] : subject.examples;
  return { value, axes, selector: floats([examples, ...axes], Array.from({ length: examples }, () => one).flat()) };
}

/** The shape of a value, in numbers but for its batch; where only running tells, by running. */
async function shapeOf(subject: Subject, value: string): Promise<Shape> {
  const known = subject.graph.values.get(value)?.shape;
  if (known && isStatic(known.slice(1))) return known;
  const [result] = await subject.valuesOf([value]);
  return result?.dims ?? [];
}
