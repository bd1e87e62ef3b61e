import { resultsOf } from '../evaluation/points.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, partsOf } from '../method.ts';
import { layerValues } from './layerValue.ts';

/** captum.attr.LayerGradientXActivation: the layer's value times the gradient with respect to it, in the layer's shape. */
export const layerGradientXActivation = defineMethod({
  name: 'LayerGradientXActivation',
  level: 'layer',
  needsTarget: true,
  baselines: 'none',
  doc: "Every element of the layer's value times the gradient of the target with respect to it.",
  parameters: {
    multiply_by_inputs: { type: 'boolean', default: true, doc: "Multiply by the layer's value; otherwise the gradient alone." },
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
  },
  async attribute(request) {
    const { subject, parameters, layer } = request;
    const values = layerValues(request);
    const { multiply_by_inputs: multiplied } = parameters;
    const results = await subject.run<string>(`LayerGradientXActivation ${multiplied} ${values.join(' ')}`, ({ builder, gradients }) => {
      const found = gradients(values, `the layer ${layer?.id}`);
      return Object.fromEntries(
        found.map((gradient, i) => [`gradient ${i}`, multiplied ? builder.mul(gradient, values[i] as string) : gradient]),
      );
    });
    return { parts: partsOf(values, resultsOf(results, 'gradient', values)) };
  },
});
