import { gradientsAt } from '../evaluation/points.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, gradientCost, partsOf } from '../method.ts';
import { integrate } from '../path/integrate.ts';
import { pathParameters } from '../path/parameters.ts';
import { pathOf } from '../path/path.ts';
import { layerValues } from './layerValue.ts';

/**
 * captum.attr.InternalInfluence (Leino et al. 2018, https://arxiv.org/abs/1802.03788): the gradient with respect to a layer's value,
 * averaged while the input goes from the baseline to what it is.
 */
export const internalInfluence = defineMethod({
  name: 'InternalInfluence',
  level: 'layer',
  needsTarget: true,
  baselines: 'one',
  doc: "The gradient with respect to the layer's value, averaged on the way from the baseline to the input.",
  paper: { authors: 'Leino et al.', year: 2018, url: 'https://arxiv.org/abs/1802.03788' },
  parameters: { ...pathParameters('gausslegendre'), attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT },
  cost: ({ parameters, behind }) => parameters.n_steps * gradientCost(behind),
  async attribute(request) {
    const { subject, baselines, parameters, work, layer } = request;
    const values = layerValues(request);
    const { integrals } = await integrate({
      subject,
      path: pathOf(subject, baselines),
      parameters,
      work,
      values,
      run: (points) => gradientsAt(subject, values, `the layer ${layer?.id}`, points),
      ends: false,
      finish: (tensors) => ({ parts: partsOf(values, tensors) }),
    });
    return { parts: partsOf(values, integrals) };
  },
});
