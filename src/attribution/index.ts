import { layerActivation } from './layer/layerActivation.ts';
import { layerGradCam } from './layer/layerGradCam.ts';
import type { Method } from './method.ts';
import { NEURON_METHODS } from './neuron/index.ts';
import { inputXGradient } from './primary/inputXGradient.ts';
import { saliency } from './primary/saliency.ts';

/** Every method, by Captum's class name. */
export const METHODS = {
  Saliency: saliency,
  InputXGradient: inputXGradient,
  LayerActivation: layerActivation,
  LayerGradCam: layerGradCam,
  ...NEURON_METHODS,
} as const satisfies Readonly<Record<string, Method>>;
