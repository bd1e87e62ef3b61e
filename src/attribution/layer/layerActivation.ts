import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, partsOf } from '../method.ts';
import { layerValues } from './layerValue.ts';

/** captum.attr.LayerActivation: the value of the layer itself, in its own shape. */
export const layerActivation = defineMethod({
  name: 'LayerActivation',
  level: 'layer',
  needsTarget: false,
  baselines: 'none',
  doc: "The layer's output for this input.",
  parameters: { attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT },
  cost: ({ before }) => before,
  async attribute(request) {
    const values = layerValues(request);
    return { parts: partsOf(values, await request.subject.valuesOf(values)) };
  },
});
