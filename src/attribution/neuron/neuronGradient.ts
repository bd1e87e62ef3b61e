import { gradientAttribution } from '../primary/gradientAttribution.ts';
import { neuronMethod } from './neuronMethod.ts';

/** captum.attr.NeuronGradient: ∂neuron/∂input, signed, in the input's shape. */
export const neuronGradient = neuronMethod('NeuronGradient', 'The gradient of the neuron with respect to every input value, signed.', {
  baselines: 'none',
  parameters: {},
  attribute: ({ subject }) => gradientAttribution(subject, 'gradient', (_, gradient) => gradient),
});
