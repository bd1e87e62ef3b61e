import { guidedGradCam } from './layer/guidedGradCam.ts';
import { layerActivation } from './layer/layerActivation.ts';
import { layerDeepLift } from './layer/layerDeepLift.ts';
import { layerDeepLiftShap } from './layer/layerDeepLiftShap.ts';
import { layerGradCam } from './layer/layerGradCam.ts';
import type { Method } from './method.ts';
import { NEURON_METHODS } from './neuron/index.ts';
import { deconvolution } from './primary/deconvolution.ts';
import { deepLift } from './primary/deepLift.ts';
import { deepLiftShap } from './primary/deepLiftShap.ts';
import { guidedBackprop } from './primary/guidedBackprop.ts';
import { inputXGradient } from './primary/inputXGradient.ts';
import { saliency } from './primary/saliency.ts';

/** Every method, by Captum's class name. */
export const METHODS = {
  Saliency: saliency,
  InputXGradient: inputXGradient,
  GuidedBackprop: guidedBackprop,
  Deconvolution: deconvolution,
  DeepLift: deepLift,
  DeepLiftShap: deepLiftShap,
  LayerActivation: layerActivation,
  LayerGradCam: layerGradCam,
  GuidedGradCam: guidedGradCam,
  LayerDeepLift: layerDeepLift,
  LayerDeepLiftShap: layerDeepLiftShap,
  ...NEURON_METHODS,
} as const satisfies Readonly<Record<string, Method>>;
