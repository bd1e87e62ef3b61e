import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, RETURN_CONVERGENCE_DELTA } from '../method.ts';
import { DIFFERS } from '../primary/deepLift.ts';
import { DEEP_LIFT_SHAP_PARAMETERS, deepLiftShap, deepLiftShapCost, deepLiftShapOf } from '../primary/deepLiftShap.ts';
import { layerValues } from './layerValue.ts';

/** captum.attr.LayerDeepLiftShap: the mean of LayerDeepLift over several baselines of the input. */
export const layerDeepLiftShap = defineMethod({
  name: 'LayerDeepLiftShap',
  level: 'layer',
  needsTarget: true,
  baselines: 'distribution',
  doc: 'The mean of LayerDeepLift over several baselines of the input.',
  differs: DIFFERS,
  ...(deepLiftShap.paper && { paper: deepLiftShap.paper }),
  parameters: {
    ...DEEP_LIFT_SHAP_PARAMETERS,
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
    return_convergence_delta: RETURN_CONVERGENCE_DELTA,
  },
  cost: deepLiftShapCost,
  attribute: (request) => deepLiftShapOf(request, layerValues(request), `the layer ${request.layer?.id}`),
});
