import { forwardAt } from '../evaluation/points.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, BACKWARD_COST, defineMethod, RETURN_CONVERGENCE_DELTA } from '../method.ts';
import { pathOf } from '../path/path.ts';
import { INTEGRATED_GRADIENTS_PARAMETERS, integrated, SUNDARARAJAN } from '../primary/integratedGradients.ts';
import { layerValues } from './layerValue.ts';

/**
 * captum.attr.LayerIntegratedGradients: integrated gradients of a layer's value, on the straight line from what it is at the baseline to
 * what it is at the input; all else stays as at the input.
 */
export const layerIntegratedGradients = defineMethod({
  name: 'LayerIntegratedGradients',
  level: 'layer',
  needsTarget: true,
  baselines: 'one',
  doc: "Integrated gradients of the layer's value, on the way from what it is at the baseline to what it is at the input.",
  paper: SUNDARARAJAN,
  parameters: {
    ...INTEGRATED_GRADIENTS_PARAMETERS,
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
    return_convergence_delta: RETURN_CONVERGENCE_DELTA,
  },
  cost: ({ parameters, behind, given }) => 2 + parameters.n_steps * (given + BACKWARD_COST * behind),
  async attribute(request) {
    const { subject, baselines, layer } = request;
    const values = layerValues(request);
    const { from, to } = pathOf(subject, baselines);
    const [start, end] = [await forwardAt(subject, values, from), await forwardAt(subject, values, to)];
    const cut = await subject.cutAt(values, end.values);
    return integrated(request, cut, { from: start.values, to: end.values }, `the layer ${layer?.id}`, {
      from: subject.scoresIn(start.explained),
      to: subject.scoresIn(end.explained),
    });
  },
});
