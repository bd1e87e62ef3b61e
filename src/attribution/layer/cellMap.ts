import type { GraphBuilder } from '../../graph/builder.ts';
import type { Cells } from '../../tensor/cells.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Dim } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Subject } from '../evaluation/subject.ts';
import type { LayerValues } from '../method.ts';

/**
 * The Grad-CAM of a layer with cells, (N, 1, height, width): channels weighted by the mean of their gradient over the cells and
 * summed, in the form that is cheapest when there are many. Of a token sequence only the tokens of the grid take part, as with
 * pytorch-grad-cam's reshape_transform; for (N, C, H, W) it is Captum's LayerGradCam with its defaults.
 */
export function cellMap(builder: GraphBuilder, value: string, gradient: string, cells: Cells): string {
  const shape = builder.values.get(value)?.shape ?? [];
  const product = MAKERS[cells.layout]({ builder, value, gradient, cells, shape });
  return builder.op('Reshape', [product, builder.ints([-1, 1, cells.height, cells.width])]);
}

/** The same as a pass of its own. @returns float32 (N, 1, height, width) */
export async function cellMapOf(subject: Subject, { id, output: value }: LayerValues, cells: Cells): Promise<Tensor<'float32'>> {
  const { map } = await subject.run(`cells ${value} ${JSON.stringify(cells)}`, ({ builder, gradients }) => {
    const [gradient = ''] = gradients([value], `the layer ${id}`);
    return { map: cellMap(builder, value, gradient, cells) };
  });
  return map;
}

interface Layer {
  readonly builder: GraphBuilder;
  readonly value: string;
  readonly gradient: string;
  readonly cells: Cells;
  readonly shape: readonly Dim[];
}

/** For each layout, the map as (N, 1, cells) or (N, cells, 1). */
const MAKERS: Readonly<Record<Cells['layout'], (layer: Layer) => string>> = {
  'channels-first'(layer) {
    const { builder, value, gradient, cells } = layer;
    const channels = channelsOf(layer, 1);
    // the pool takes the gradient in whichever memory layout the convolution before it has left it
    const weights = builder.op('Reshape', [builder.op('GlobalAveragePool', [gradient]), builder.ints([-1, 1, channels])]);
    return builder.op('MatMul', [weights, builder.op('Reshape', [value, builder.ints([-1, channels, cells.height * cells.width])])]);
  },
  'channels-last'(layer) {
    const { builder, cells } = layer;
    const shape = builder.ints([-1, cells.height * cells.width, channelsOf(layer, 3)]);
    return weighted(layer, (name) => builder.op('Reshape', [name, shape]));
  },
  tokens: (layer) => weighted(layer, (name) => grid(layer, name, 1)),
  'tokens-first': (layer) => weighted(layer, (name) => layer.builder.op('Transpose', [grid(layer, name, 0)], { perm: [1, 0, 2] })),
  'tokens-last': (layer) => weighted(layer, (name) => layer.builder.op('Transpose', [grid(layer, name, 2)], { perm: [0, 2, 1] })),
};

/** @param arranged brings a value into the form (N, cells, channels) */
function weighted({ builder, value, gradient }: Layer, arranged: (name: string) => string): string {
  const weights = builder.op('ReduceMean', [arranged(gradient), builder.ints([1])], { keepdims: 1 });
  return builder.op('MatMul', [arranged(value), builder.op('Transpose', [weights], { perm: [0, 2, 1] })]);
}

/** The tokens of the grid. */
function grid({ builder, cells: { height, width, skip }, shape }: Layer, name: string, axis: number): string {
  const count = height * width;
  if (skip === 0 && shape[axis] === count) return name;
  return builder.op('Slice', [name, builder.ints([skip]), builder.ints([skip + count]), builder.ints([axis])]);
}

function channelsOf({ value, shape }: Layer, axis: number): number {
  const size = shape[axis];
  if (typeof size === 'number') return size;
  throw new InspectumError('usage', `${value} has no known number of channels: its map cannot be made.`);
}
