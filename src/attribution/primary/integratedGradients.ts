import type { ValuesOf } from '../../tensor/parameters.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { gradientsAt } from '../evaluation/points.ts';
import type { Subject } from '../evaluation/subject.ts';
import { type AttributionRequest, defineMethod, gradientCost, partsOf, RETURN_CONVERGENCE_DELTA } from '../method.ts';
import { type Ends, integrate } from '../path/integrate.ts';
import { MULTIPLY_BY_INPUTS, pathParameters } from '../path/parameters.ts';
import { type Path, pathOf, timesLength } from '../path/path.ts';
import { convergenceDelta } from './completeness.ts';

export const INTEGRATED_GRADIENTS_PARAMETERS = { multiply_by_inputs: MULTIPLY_BY_INPUTS, ...pathParameters('gausslegendre') };

export const SUNDARARAJAN = { authors: 'Sundararajan et al.', year: 2017, url: 'https://arxiv.org/abs/1703.01365' };

/**
 * captum.attr.IntegratedGradients (Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365): the gradient's mean on the straight line
 * from the baseline to the input, times their difference; in the input's shape.
 */
export const integratedGradients = defineMethod({
  name: 'IntegratedGradients',
  level: 'primary',
  needsTarget: true,
  baselines: 'one',
  doc: 'The gradient, averaged on the way from the baseline to the input, times their difference: attributions add up to what the input changes.',
  paper: SUNDARARAJAN,
  parameters: { ...INTEGRATED_GRADIENTS_PARAMETERS, return_convergence_delta: RETURN_CONVERGENCE_DELTA },
  cost: ({ parameters: { n_steps: steps, multiply_by_inputs: multiplied } }) => gradientCost() * (multiplied ? steps + 2 : steps),
  attribute: (request) => integrated(request, request.subject, pathOf(request.subject, request.baselines), 'the input'),
});

/**
 * Integrated gradients of a subject along a path between two points of its attributed values.
 * @param what the values are, for errors
 * @param ends the explained scalar at the ends of the path, where it is known
 */
export async function integrated(
  { parameters, work }: Pick<AttributionRequest<ValuesOf<typeof INTEGRATED_GRADIENTS_PARAMETERS>>, 'parameters' | 'work'>,
  subject: Subject,
  path: Path,
  what: string,
  ends?: Ends,
) {
  const values = subject.attributed;
  const { multiply_by_inputs: multiplied } = parameters;
  const finish = (integrals: readonly Tensor<'float32'>[]) => ({
    parts: partsOf(values, multiplied ? timesLength(integrals, values, path) : integrals),
  });
  const run = (points: typeof path.to) => gradientsAt(subject, values, what, points);
  const found = await integrate({ subject, path, parameters, work, values, run, ends: multiplied && !ends, finish });
  const { parts } = finish(found.integrals);
  if (!multiplied) return { parts };
  const { from, to } = ends ?? found.ends;
  const delta = convergenceDelta(
    parts.map(({ tensor }) => tensor),
    to,
    from,
  );
  return { parts, ...(delta && { delta }) };
}
