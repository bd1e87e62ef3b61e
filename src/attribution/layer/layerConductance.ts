import type { Tensor } from '../../tensor/tensor.ts';
import { gradientsAt, resultsOf, visitPoints } from '../evaluation/points.ts';
import type { Point } from '../evaluation/subject.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, gradientCost, partsOf, RETURN_CONVERGENCE_DELTA } from '../method.ts';
import { WeightedSums } from '../path/arithmetic.ts';
import { pathParameters } from '../path/parameters.ts';
import { pathOf, pointAt, timesLength } from '../path/path.ts';
import { nodesOf } from '../path/quadrature.ts';
import { convergenceDelta } from '../primary/completeness.ts';
import { layerValues } from './layerValue.ts';

/**
 * captum.attr.LayerConductance (Dhamdhere et al. 2018, https://arxiv.org/abs/1805.12233): what of the way from the baseline to the input
 * leads through each neuron. As in Captum it is a sum over n_steps + 1 points of the gradient times how much the layer's value changes
 * up to the next one (Shrikumar et al. 2018, https://arxiv.org/abs/1807.09946).
 */
export const layerConductance = defineMethod({
  name: 'LayerConductance',
  level: 'layer',
  needsTarget: true,
  baselines: 'one',
  doc: "What each neuron of the layer passes on of the target's change from the baseline to the input.",
  paper: { authors: 'Dhamdhere et al.', year: 2018, url: 'https://arxiv.org/abs/1805.12233' },
  parameters: {
    ...pathParameters('gausslegendre'),
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
    return_convergence_delta: RETURN_CONVERGENCE_DELTA,
  },
  cost: ({ parameters, behind }) => (parameters.n_steps + 3) * gradientCost(behind),
  async attribute(request) {
    const { subject, baselines, parameters, work, layer } = request;
    const values = layerValues(request);
    const path = pathOf(subject, baselines);
    const steps = parameters.n_steps;
    const alphas = [...nodesOf(parameters.method, steps + 1).map(({ alpha }) => alpha), 0, 1];
    const sums = new WeightedSums();
    const scores: Float64Array[] = [];
    let previous: { readonly gradients: Tensor<'float32'>[]; readonly at: Point } | undefined;
    await visitPoints(
      {
        subject,
        count: alphas.length,
        point: (i) => pointAt(path, alphas[i] as number),
        run: (points) => gradientsAt(subject, values, `the layer ${layer?.id}`, points, true),
        values,
        examples: parameters.internal_batch_size,
        work,
        partial: () => ({ parts: partsOf(values, sums.extrapolated(steps)) }),
      },
      (results, i) => {
        if (i > steps) {
          scores.push(subject.scoresIn(results.explained));
          return;
        }
        const activations = resultsOf(results, 'value', values);
        const to = Object.fromEntries(values.map((value, k) => [value, activations[k] as Tensor<'float32'>]));
        const gradients = resultsOf(results, 'gradient', values);
        // nothing leads up to the first point
        sums.add(timesLength(previous?.gradients ?? gradients, values, { from: previous?.at ?? to, to }), previous ? 1 : 0);
        previous = { gradients, at: to };
      },
    );
    const [from = new Float64Array(), to = from] = scores;
    const { tensors } = sums;
    const delta = convergenceDelta(tensors, to, from);
    return { parts: partsOf(values, tensors), ...(delta && { delta }) };
  },
});
