import type { GraphBuilder } from '../../graph/builder.ts';
import { isChannelsLast, type Layout } from '../../graph/imageAxes/layout.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';

/** Adds the sum of a value over its channels: (N, 1, …), wherever they stand. */
export function summedOverChannels(builder: GraphBuilder, value: string, layout: Layout): string {
  const sum = builder.op('ReduceSum', [value, builder.ints([layout.channel])], { keepdims: 1 });
  return isChannelsLast(layout) ? builder.op('Transpose', [sum], { perm: [0, 3, 1, 2] }) : sum;
}

/** Adds a map (N, 1, …) as it lies over a value of that layout. */
export const laidOver = (builder: GraphBuilder, map: string, layout: Layout): string =>
  isChannelsLast(layout) ? builder.op('Transpose', [map], { perm: [0, 2, 3, 1] }) : map;

/** A value as (N, C, …): itself where its channels stand there. */
export function channelsFirst(value: Tensor<'float32'>, layout: Layout): Tensor<'float32'> {
  if (!isChannelsLast(layout)) return value;
  const [examples = 1, height = 1, width = 1, channels = 1] = value.dims;
  const places = height * width;
  const data = new Float32Array(value.data.length);
  for (let example = 0; example < examples; example++) {
    const base = example * channels * places;
    for (let place = 0; place < places; place++)
      for (let channel = 0; channel < channels; channel++)
        data[base + channel * places + place] = value.data[base + place * channels + channel] as number;
  }
  return tensor('float32', [examples, channels, height, width], data);
}
