import type { Method } from '../method.ts';
import { featureAblation } from '../perturbation/featureAblation.ts';
import { deconvolution } from '../primary/deconvolution.ts';
import { deepLift } from '../primary/deepLift.ts';
import { deepLiftShap } from '../primary/deepLiftShap.ts';
import { gradientShap } from '../primary/gradientShap.ts';
import { guidedBackprop } from '../primary/guidedBackprop.ts';
import { integratedGradients } from '../primary/integratedGradients.ts';
import { neuronConductance } from './neuronConductance.ts';
import { neuronGradient } from './neuronGradient.ts';
import { neuronMethod } from './neuronMethod.ts';

/** The methods that explain a neuron of a layer, by Captum's class name. One that is a primary method of a neuron is a line here. */
export const NEURON_METHODS = {
  NeuronGradient: neuronGradient,
  NeuronIntegratedGradients: neuronMethod('NeuronIntegratedGradients', 'IntegratedGradients of a neuron of a layer.', integratedGradients),
  NeuronConductance: neuronConductance,
  NeuronGradientShap: neuronMethod('NeuronGradientShap', 'GradientShap of a neuron of a layer.', gradientShap),
  NeuronGuidedBackprop: neuronMethod('NeuronGuidedBackprop', 'GuidedBackprop of a neuron of a layer.', guidedBackprop),
  NeuronDeconvolution: neuronMethod('NeuronDeconvolution', 'Deconvolution of a neuron of a layer.', deconvolution),
  NeuronDeepLift: neuronMethod('NeuronDeepLift', 'DeepLift of a neuron of a layer.', deepLift),
  NeuronDeepLiftShap: neuronMethod('NeuronDeepLiftShap', 'DeepLiftShap of a neuron of a layer.', deepLiftShap),
  NeuronFeatureAblation: neuronMethod(
    'NeuronFeatureAblation',
    'How far a neuron of a layer falls when a feature of the input is replaced by its baseline.',
    featureAblation,
  ),
} as const satisfies Readonly<Record<string, Method>>;
