import type { Point, Subject } from '../evaluation/subject.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod } from '../method.ts';
import { pathCost } from '../path/parameters.ts';
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
  parameters: { ...INTEGRATED_GRADIENTS_PARAMETERS, attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT },
  cost: pathCost,
  async attribute(request) {
    const { subject, baselines, layer } = request;
    const values = layerValues(request);
    const { from, to } = pathOf(subject, baselines);
    const [start, end] = [await forward(subject, values, from), await forward(subject, values, to)];
    const cut = await subject.cutAt(values, end.values);
    return integrated(request, cut, { from: start.values, to: end.values }, `the layer ${layer?.id}`, {
      from: start.scores,
      to: end.scores,
    });
  },
});

/** A layer's values with the explained scalar. */
async function forward(subject: Subject, values: readonly string[], at: Point) {
  const results = await subject.run<string>(
    `forward ${values.join(' ')}`,
    ({ output }) => ({ explained: output, ...Object.fromEntries(values.map((value, i) => [i, value])) }),
    at,
  );
  return {
    scores: subject.scoresIn(results.explained as never),
    values: Object.fromEntries(values.map((value, i) => [value, results[i]])) as Point,
  };
}
