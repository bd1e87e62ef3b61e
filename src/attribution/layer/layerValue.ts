import { InspectumError } from '../../tensor/errors.ts';
import type { AttributionRequest } from '../method.ts';

type LayerRequest = Pick<AttributionRequest<{ readonly attribute_to_layer_input: boolean }>, 'layer' | 'parameters'>;

/**
 * The values that a layer method attributes to, one part each as in Captum's tuples: all that leave the layer, or with
 * attribute_to_layer_input all that enter it.
 */
export function layerValues({ layer, parameters }: LayerRequest): readonly [string, ...string[]] {
  if (!layer) throw new InspectumError('usage', 'A layer method needs a layer: say which with --layer.');
  const [first, ...others] = parameters.attribute_to_layer_input ? layer.inputs : layer.outputs;
  if (first === undefined)
    throw new InspectumError(
      'usage',
      `Nothing that is computed enters the layer ${layer.id}: attribute_to_layer_input cannot be used with it.`,
    );
  return [first, ...others];
}

/** The one value of them that stands for the layer. */
export function layerValue(request: LayerRequest): string {
  const [first] = layerValues(request);
  return request.parameters.attribute_to_layer_input ? first : (request.layer?.output ?? first);
}
