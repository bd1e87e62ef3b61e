import { layerActivation } from './layer/layerActivation.ts';
import { layerGradCam } from './layer/layerGradCam.ts';
import type { Method } from './method.ts';
import { saliency } from './saliency.ts';

/** Every method, by Captum's class name. */
export const METHODS = {
  LayerGradCam: layerGradCam,
  LayerActivation: layerActivation,
  Saliency: saliency,
} as const satisfies Readonly<Record<string, Method>>;
