import { differentiate } from '../../autodiff/differentiate.ts';
import { gradientRules } from '../../autodiff/rules/gradient/index.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { floats, sizeOf, type Tensor } from '../../tensor/tensor.ts';
import { examplesOf } from '../evaluation/examples.ts';
import { noGradientError } from '../evaluation/noGradient.ts';
import type { Evaluated } from '../evaluation/points.ts';
import type { Point, Subject } from '../evaluation/subject.ts';
import { flatTarget, isSeed } from '../evaluation/target.ts';
import { defineMethod, gradientCost, type Neuron, partsOf } from '../method.ts';
import { integrate } from '../path/integrate.ts';
import { MULTIPLY_BY_INPUTS, pathParameters } from '../path/parameters.ts';
import { pathOf, timesLength } from '../path/path.ts';
import { withNeuronInput } from './neuronMethod.ts';

/**
 * captum.attr.NeuronConductance (Shrikumar et al. 2018, https://arxiv.org/abs/1807.09946): what of each input value's integrated gradient
 * leads through a neuron. Of several neurons it is the sum of theirs; Captum multiplies the sums of their gradients, which is none.
 */
export const neuronConductance = defineMethod({
  name: 'NeuronConductance',
  level: 'neuron',
  needsTarget: true,
  baselines: 'one',
  doc: 'What of the integrated gradient of every input value leads through the neuron. Of several neurons it is the sum of what each would give, which Captum does not compute.',
  paper: { authors: 'Shrikumar et al.', year: 2018, url: 'https://arxiv.org/abs/1807.09946' },
  parameters: withNeuronInput({ multiply_by_inputs: MULTIPLY_BY_INPUTS, ...pathParameters('riemann_trapezoid') }),
  cost: ({ parameters }) => parameters.n_steps * gradientCost(),
  async attribute(request) {
    const { subject, baselines, parameters, work } = request;
    const neuron = neuronIn(request.neuron);
    const values = subject.attributed;
    const path = pathOf(subject, baselines);
    const finish = (integrals: readonly Tensor<'float32'>[]) => ({
      parts: partsOf(values, parameters.multiply_by_inputs ? timesLength(integrals, values, path) : integrals),
    });
    const run = (points: Point) => throughNeuron(subject, neuron, points);
    const { integrals } = await integrate({ subject, path, parameters, work, values, through: [neuron.value], run, ends: false, finish });
    return finish(integrals);
  },
});

const NEURON_INPUT = 'inspectum.neuron';

/** The gradients with respect to the attributed values, along the ways through a neuron. */
async function throughNeuron(subject: Subject, neuron: Neuron, points: Point): Promise<Evaluated> {
  const { attributed } = subject;
  const { value } = neuron;
  const results = await subject.run<string>(
    `NeuronConductance ${value} ${attributed.join(' ')}`,
    ({ builder, output, gradients }) => {
      const [gradient = ''] = gradients([value], `the neuron's layer`);
      const mask = builder.input(NEURON_INPUT, 'float32', [1, ...neuron.axes]);
      const seeds = new Map([[value, builder.mul(gradient, mask)]]);
      const found = differentiate(builder, { seeds, wrt: attributed, rules: gradientRules });
      if (found.size === 0) throw noGradientError(builder, attributed, 'the input', value, gradientRules);
      const zero = (name: string) => builder.op('ConstantOfShape', [builder.op('Shape', [name])]);
      return {
        explained: output,
        ...Object.fromEntries(attributed.map((name, i) => [`gradient ${i}`, found.get(name) ?? zero(name)])),
      };
    },
    { ...points, [NEURON_INPUT]: maskOf(neuron) },
  );
  return results as Evaluated;
}

/** One where the neuron stands in an example. */
function maskOf({ value, axes, selector }: Neuron): Tensor<'float32'> {
  if (isSeed(selector)) return examplesOf(selector, 0, 1);
  const dims = [1, ...axes];
  const flat = flatTarget(selector, dims, value);
  return floats(
    dims,
    Array.from({ length: sizeOf(axes) }, (_, i) => (i === flat ? 1 : 0)),
  );
}

function neuronIn(neuron: Neuron | undefined): Neuron {
  if (neuron) return neuron;
  throw new InspectumError('usage', 'NeuronConductance needs a neuron of the layer: say which with --neuron I,J,K.');
}
