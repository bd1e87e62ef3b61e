import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, RETURN_CONVERGENCE_DELTA } from '../method.ts';
import { LRP_DIFFERS, LRP_PARAMETERS, lrpCost, relevance } from '../primary/relevance.ts';
import { layerValues } from './layerValue.ts';

/** captum.attr.LayerLRP: the relevance that reaches a layer's value, in its own shape. */
export const layerLrp = defineMethod({
  name: 'LayerLRP',
  level: 'layer',
  needsTarget: true,
  baselines: 'none',
  doc: 'The relevance that LRP hands down to the layer. What goes past the layer, by other branches, is missing in its sum.',
  differs: LRP_DIFFERS,
  paper: { authors: 'Bach et al.', year: 2015, url: 'https://doi.org/10.1371/journal.pone.0130140' },
  parameters: { attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT, ...LRP_PARAMETERS, return_convergence_delta: RETURN_CONVERGENCE_DELTA },
  cost: lrpCost,
  attribute: (request) => {
    const { attribute_to_layer_input: _, ...parameters } = request.parameters;
    return relevance(request.subject, layerValues(request), `the layer ${request.layer?.id}`, parameters);
  },
});
