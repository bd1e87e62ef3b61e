import type { Method } from '../method.ts';
import { neuronGradient } from './neuronGradient.ts';

/** The methods that explain a neuron of a layer, by Captum's class name. One that is a primary method of a neuron is a line here. */
export const NEURON_METHODS = {
  NeuronGradient: neuronGradient,
} as const satisfies Readonly<Record<string, Method>>;
