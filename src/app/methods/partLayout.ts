import type { AttributionPart } from '../../attribution/method.ts';
import { isChannelsLast, type Layout, layoutOf } from '../../graph/imageAxes/layout.ts';
import type { Model } from '../model.ts';

/** Which axes of an attribution are channels and places: as in the value that it is of where it has its shape, else (N, C, …). */
export function partLayout(model: Model, { name, tensor: { dims } }: AttributionPart): Layout {
  const { length: rank } = dims;
  const own = layoutOf(model.axes.get(name), rank);
  const shape = model.shapeOf(name);
  const isValue = dims.every((extent, axis) => axis === 0 || extent === shape?.[axis] || axis === own.channel);
  return isChannelsLast(own) && !isValue ? layoutOf(undefined, rank) : own;
}
