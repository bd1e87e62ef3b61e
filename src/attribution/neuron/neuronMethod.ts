import type { Parameter, ParameterTable } from '../../tensor/parameters.ts';
import { WHOLE } from '../evaluation/share.ts';
import { defineMethod, gradientCost, type Method } from '../method.ts';

const ATTRIBUTE_TO_NEURON_INPUT = {
  type: 'boolean',
  default: false,
  doc: 'Explain a neuron of what enters the layer instead of what leaves it.',
} as const satisfies Parameter;

/** A method's parameters as Captum's Neuron… classes have them. */
export const withNeuronInput = <const T extends ParameterTable>(parameters: T) => ({
  ...parameters,
  attribute_to_neuron_input: ATTRIBUTE_TO_NEURON_INPUT,
});

/**
 * Captum's Neuron… class of a primary method: the same attribution to the input, of a neuron of a layer in place of the model's output.
 * The subject of its request explains the neuron.
 * @param primary the method, and what a neuron's method changes of it
 */
export const neuronMethod = (
  name: string,
  doc: string,
  {
    baselines,
    differs,
    paper,
    parameters,
    cost,
    attribute,
  }: Pick<Method, 'baselines' | 'differs' | 'paper' | 'parameters' | 'cost' | 'attribute'>,
): Method =>
  defineMethod({
    name,
    level: 'neuron',
    needsTarget: false,
    baselines,
    doc,
    ...(differs && { differs }),
    ...(paper && { paper }),
    cost: ({ before, ...rest }) => before * (cost?.({ ...rest, ...WHOLE }) ?? gradientCost()),
    parameters: withNeuronInput(parameters),
    attribute,
  });
