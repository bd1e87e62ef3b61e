import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, single } from '../method.ts';
import { layerValue } from './layerValue.ts';

/** captum.attr.LayerActivation: the value of the layer itself, in its own shape. */
export const layerActivation = defineMethod({
  name: 'LayerActivation',
  level: 'layer',
  needsTarget: false,
  baselines: 'none',
  doc: "The layer's output for this input.",
  parameters: { attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT },
  async attribute(request) {
    const value = layerValue(request);
    const [activation] = await request.subject.valuesOf([value]);
    return single(value, activation as NonNullable<typeof activation>);
  },
});
