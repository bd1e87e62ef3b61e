import { defineMethod } from '../method.ts';
import { layerPerturbationCost } from '../perturbation/featureAblation.ts';
import { permuteFeatures } from '../perturbation/featurePermutation.ts';
import { LAYER_MASK, PERTURBATIONS_PER_EVAL } from '../perturbation/parameters.ts';
import { layerValues } from './layerValue.ts';

/**
 * captum.attr.LayerFeaturePermutation: FeaturePermutation of a layer's value, how far the target falls when a part of it is exchanged
 * among the examples of the batch, in the layer's shape.
 */
export const layerFeaturePermutation = defineMethod({
  name: 'LayerFeaturePermutation',
  level: 'layer',
  needsTarget: true,
  baselines: 'none',
  doc: "How far the target falls when a part of the layer's value is exchanged among the examples of the batch. Needs two examples or more.",
  parameters: { layer_mask: LAYER_MASK, perturbations_per_eval: PERTURBATIONS_PER_EVAL },
  cost: layerPerturbationCost,
  async attribute(request) {
    const values = layerValues({ ...request, parameters: { attribute_to_layer_input: false } });
    const subject = await request.subject.cutAt(values);
    return permuteFeatures({ ...request, subject }, request.parameters.layer_mask, 'layer_mask');
  },
});
