import { InspectumError } from '../../tensor/errors.ts';
import type { AttributionRequest } from '../method.ts';

/** The values that a layer method attributes to: all that leave the layer, or that enter it. */
export const layerValues = (request: Parameters<typeof layerValue>[0]): readonly string[] => [layerValue(request)];

/** The value that a layer method attributes to: what leaves the layer, or with attribute_to_layer_input what enters it. */
export function layerValue({
  layer,
  parameters,
}: Pick<AttributionRequest<{ readonly attribute_to_layer_input: boolean }>, 'layer' | 'parameters'>): string {
  if (!layer) throw new InspectumError('usage', 'A layer method needs a layer: say which with --layer.');
  if (!parameters.attribute_to_layer_input) return layer.output;
  if (layer.input === undefined)
    throw new InspectumError(
      'usage',
      `Nothing that is computed enters the layer ${layer.id}: attribute_to_layer_input cannot be used with it.`,
    );
  return layer.input;
}
