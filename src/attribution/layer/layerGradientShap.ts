import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, RETURN_CONVERGENCE_DELTA } from '../method.ts';
import { GRADIENT_SHAP_PARAMETERS, gradientShap, gradientShapOf } from '../primary/gradientShap.ts';
import { layerValues } from './layerValue.ts';

/**
 * captum.attr.LayerGradientShap: the gradient with respect to a layer's value at random points between the input and random baselines,
 * times the difference of the layer's values at the two.
 */
export const layerGradientShap = defineMethod({
  ...gradientShap,
  name: 'LayerGradientShap',
  level: 'layer',
  doc: "The gradient with respect to the layer's value at random points between the input and random baselines, times the difference of its values at the two.",
  parameters: {
    ...GRADIENT_SHAP_PARAMETERS,
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
    return_convergence_delta: RETURN_CONVERGENCE_DELTA,
  },
  attribute: (request) => gradientShapOf(request, layerValues(request), `the layer ${request.layer?.id}`),
});
