import { type Tensor, tensor } from '../../tensor/tensor.ts';

/** A value (N, C, …) as rows of positions: one row for each channel of each example. */
export interface Channels {
  readonly examples: number;
  readonly channels: number;
  readonly positions: number;
  /** The extents after the channel. */
  readonly extents: readonly number[];
}

export function channelsOf({ dims, data }: Tensor<'float32'>): Channels {
  const [examples = 1, channels = 1, ...extents] = dims;
  return { examples, channels, extents, positions: data.length / (examples * channels) };
}

/** The map (N, 1, …) of float64 values per position, with what is negative set to 0 where `relu` says so. */
export const mapOf = ({ examples, extents }: Channels, values: Float64Array, relu: boolean): Tensor<'float32'> =>
  tensor(
    'float32',
    [examples, 1, ...extents],
    Float32Array.from(values, (value) => (relu ? Math.max(value, 0) : value)),
  );

/** Σ over channels of weight × activation: (N, 1, …). @param weights (N, C) */
export function weightedMap(activations: Tensor<'float32'>, weights: Float64Array, relu: boolean): Tensor<'float32'> {
  const shape = channelsOf(activations);
  const { channels, positions } = shape;
  const map = new Float64Array(shape.examples * positions);
  weights.forEach((weight, row) => {
    const at = Math.floor(row / channels) * positions;
    for (let i = 0; i < positions; i++) map[at + i] = (map[at + i] as number) + weight * (activations.data[row * positions + i] as number);
  });
  return mapOf(shape, map, relu);
}
