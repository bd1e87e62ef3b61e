import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, RETURN_CONVERGENCE_DELTA } from '../method.ts';
import { DIFFERS, deepLift, deepLiftCost, deepLiftOf } from '../primary/deepLift.ts';
import { DEEP_LIFT_PARAMETERS } from '../primary/multipliers.ts';
import { layerValues } from './layerValue.ts';

/** captum.attr.LayerDeepLift: as DeepLift, to the value of a layer and its difference from that at the baseline of the input. */
export const layerDeepLift = defineMethod({
  name: 'LayerDeepLift',
  level: 'layer',
  needsTarget: true,
  baselines: 'one',
  doc: 'How much every value of the layer adds to the difference from the score of the baseline, by DeepLift.',
  differs: DIFFERS,
  ...(deepLift.paper && { paper: deepLift.paper }),
  parameters: {
    ...DEEP_LIFT_PARAMETERS,
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
    return_convergence_delta: RETURN_CONVERGENCE_DELTA,
  },
  cost: ({ behind }) => deepLiftCost(behind),
  attribute: (request) =>
    deepLiftOf(request.subject, layerValues(request), `the layer ${request.layer?.id}`, request.baselines, request.parameters),
});
