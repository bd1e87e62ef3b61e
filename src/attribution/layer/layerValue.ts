import { InspectumError } from '../../tensor/errors.ts';
import type { AttributionRequest, LayerValues } from '../method.ts';

type LayerRequest = Pick<AttributionRequest<{ readonly attribute_to_layer_input: boolean }>, 'layer' | 'parameters'>;

/** The values at a layer's border: all that enter it, or all that leave it. */
export const borderValues = ({ inputs, outputs }: LayerValues, ofInput: boolean): readonly string[] => (ofInput ? inputs : outputs);

/** The one of them that stands for the layer; undefined where nothing that is computed enters it. */
export const borderValue = ({ inputs, output }: LayerValues, ofInput: boolean): string | undefined => (ofInput ? inputs[0] : output);

/**
 * The values that a layer method attributes to, one part each as in Captum's tuples: all that leave the layer, or with
 * attribute_to_layer_input all that enter it.
 * @throws InspectumError 'usage' where there is no layer, or nothing that is computed enters it
 */
export function layerValues({ layer, parameters }: LayerRequest): readonly [string, ...string[]] {
  if (!layer) throw new InspectumError('usage', 'A layer method needs a layer: say which with --layer.');
  const [first, ...others] = borderValues(layer, parameters.attribute_to_layer_input);
  if (first === undefined)
    throw new InspectumError(
      'usage',
      `Nothing that is computed enters the layer ${layer.id}: attribute_to_layer_input cannot be used with it.`,
    );
  return [first, ...others];
}

/** The one of them that stands for the layer. */
export function layerValue(request: LayerRequest): string {
  const [first] = layerValues(request);
  return (request.layer && borderValue(request.layer, request.parameters.attribute_to_layer_input)) ?? first;
}

/** Says of what can be of one value alone which of a layer's it is of: nothing where the layer has no other. */
export function oneOfSeveral(request: LayerRequest): readonly string[] {
  const value = layerValue(request);
  const others = layerValues(request).filter((name) => name !== value);
  if (others.length === 0) return [];
  const border = request.parameters.attribute_to_layer_input ? 'enter' : 'leave';
  return [`Several values ${border} the layer ${request.layer?.id}. This is of ${value} alone; it leaves out ${others.join(', ')}.`];
}
