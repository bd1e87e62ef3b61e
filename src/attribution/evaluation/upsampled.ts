import type { GraphBuilder } from '../../graph/builder.ts';
import { float } from '../../graph/graph.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { formatShape, isStatic, type Shape } from '../../tensor/shape.ts';

export const INTERPOLATE_MODES = ['nearest', 'bilinear', 'bicubic'] as const;
export type InterpolateMode = (typeof INTERPOLATE_MODES)[number];

const { fround } = Math;

/**
 * Adds what brings a map (N, C, …) from one spatial size to another, as PyTorch's interpolate without align_corners.
 * @throws InspectumError 'usage' where the two sizes have not as many axes, or the mode is not for so many, 'unsupported' where a size is
 *   not known before the model runs
 */
export function upsampled(builder: GraphBuilder, map: string, from: Shape, to: Shape, mode: InterpolateMode): string {
  const sizes = `${sizeWords(from)} to ${sizeWords(to)}`;
  if (!isStatic(from) || !isStatic(to))
    throw new InspectumError('unsupported', `A map of ${sizes} cannot be upsampled: its size is not known before the model runs.`);
  if (from.length !== to.length || from.length === 0)
    throw new InspectumError(
      'usage',
      `The layer's map cannot be brought to the size of the input (${sizes}): choose a layer with the input's axes.`,
    );
  if (mode === 'nearest') return from.reduce<string>((value, extent, i) => nearest(builder, value, i + 2, extent, to[i] as number), map);
  if (from.length !== 2)
    throw new InspectumError('usage', `The mode ${mode} is for maps with height and width, not ${formatShape(from)}: use nearest.`);
  // by sizes, of all axes: scales in float32 may be off by one element
  const shape = builder.op(
    'Concat',
    [builder.op('Slice', [builder.op('Shape', [map]), builder.ints([0]), builder.ints([2])]), builder.ints(to)],
    { axis: 0 },
  );
  return builder.op('Resize', [map, '', '', shape], {
    mode: mode === 'bilinear' ? 'linear' : 'cubic',
    coordinate_transformation_mode: 'half_pixel',
    ...(mode === 'bicubic' && { cubic_coeff_a: float(-0.75) }),
  });
}

const sizeWords = (size: Shape): string => (size.length === 0 ? 'no height and width' : formatShape(size));

function nearest(builder: GraphBuilder, value: string, axis: number, from: number, to: number): string {
  if (from === to) return value;
  const step = fround(from / to);
  const index = Array.from({ length: to }, (_, i) => Math.min(from - 1, Math.floor(fround(i * step))));
  return builder.op('Gather', [value, builder.ints(index)], { axis });
}
