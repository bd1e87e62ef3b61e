import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod } from '../method.ts';
import { ablateFeatures, layerPerturbationCost } from '../perturbation/featureAblation.ts';
import { LAYER_MASK, PERTURBATIONS_PER_EVAL } from '../perturbation/parameters.ts';
import { layerValues } from './layerValue.ts';

/**
 * captum.attr.LayerFeatureAblation: FeatureAblation of a layer's value, how far the target falls when a part of it is replaced by the
 * baseline, in the layer's shape. Its baseline is one of the layer's value (Captum's layer_baselines). Several values of a layer are
 * attributed to together, a feature id that occurs in two of them is one feature.
 */
export const layerFeatureAblation = defineMethod({
  name: 'LayerFeatureAblation',
  level: 'layer',
  needsTarget: true,
  baselines: 'layer',
  doc: "How far the target falls when a part of the layer's value is replaced by the baseline. The baseline is one of the layer's value.",
  parameters: {
    layer_mask: LAYER_MASK,
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
    perturbations_per_eval: PERTURBATIONS_PER_EVAL,
  },
  cost: layerPerturbationCost,
  async attribute(request) {
    const subject = await request.subject.cutAt(layerValues(request));
    return ablateFeatures({ ...request, subject }, request.parameters.layer_mask, 'layer_mask');
  },
});
