import { ablationCam } from './cam/ablationCam.ts';
import { attentionRollout } from './cam/attentionRollout.ts';
import { eigenCam } from './cam/eigenCam.ts';
import { gradCamPlusPlus } from './cam/gradCamPlusPlus.ts';
import { hiResCam } from './cam/hiResCam.ts';
import { layerCam } from './cam/layerCam.ts';
import { scoreCam } from './cam/scoreCam.ts';
import { xGradCam } from './cam/xGradCam.ts';
import { guidedGradCam } from './layer/guidedGradCam.ts';
import { internalInfluence } from './layer/internalInfluence.ts';
import { layerActivation } from './layer/layerActivation.ts';
import { layerConductance } from './layer/layerConductance.ts';
import { layerDeepLift } from './layer/layerDeepLift.ts';
import { layerDeepLiftShap } from './layer/layerDeepLiftShap.ts';
import { layerFeatureAblation } from './layer/layerFeatureAblation.ts';
import { layerFeaturePermutation } from './layer/layerFeaturePermutation.ts';
import { layerGradCam } from './layer/layerGradCam.ts';
import { layerGradientShap } from './layer/layerGradientShap.ts';
import { layerGradientXActivation } from './layer/layerGradientXActivation.ts';
import { layerIntegratedGradients } from './layer/layerIntegratedGradients.ts';
import { layerLrp } from './layer/layerLrp.ts';
import type { Method } from './method.ts';
import { NEURON_METHODS } from './neuron/index.ts';
import { featureAblation } from './perturbation/featureAblation.ts';
import { featurePermutation } from './perturbation/featurePermutation.ts';
import { kernelShap } from './perturbation/kernelShap.ts';
import { lime } from './perturbation/lime.ts';
import { occlusion } from './perturbation/occlusion.ts';
import { rise } from './perturbation/rise.ts';
import { shapleyValueSampling } from './perturbation/shapleyValueSampling.ts';
import { shapleyValues } from './perturbation/shapleyValues.ts';
import { deconvolution } from './primary/deconvolution.ts';
import { deepLift } from './primary/deepLift.ts';
import { deepLiftShap } from './primary/deepLiftShap.ts';
import { gradientShap } from './primary/gradientShap.ts';
import { guidedBackprop } from './primary/guidedBackprop.ts';
import { inputXGradient } from './primary/inputXGradient.ts';
import { integratedGradients } from './primary/integratedGradients.ts';
import { lrp } from './primary/lrp.ts';
import { saliency } from './primary/saliency.ts';

/** Every method, by the class name in Captum, or in pytorch-grad-cam where Captum lacks it. */
export const METHODS = {
  Saliency: saliency,
  InputXGradient: inputXGradient,
  GuidedBackprop: guidedBackprop,
  Deconvolution: deconvolution,
  DeepLift: deepLift,
  DeepLiftShap: deepLiftShap,
  IntegratedGradients: integratedGradients,
  LRP: lrp,
  FeatureAblation: featureAblation,
  Occlusion: occlusion,
  FeaturePermutation: featurePermutation,
  GradientShap: gradientShap,
  ShapleyValueSampling: shapleyValueSampling,
  ShapleyValues: shapleyValues,
  Lime: lime,
  KernelShap: kernelShap,
  RISE: rise,
  LayerActivation: layerActivation,
  LayerGradientXActivation: layerGradientXActivation,
  LayerGradCam: layerGradCam,
  GuidedGradCam: guidedGradCam,
  LayerDeepLift: layerDeepLift,
  LayerDeepLiftShap: layerDeepLiftShap,
  LayerIntegratedGradients: layerIntegratedGradients,
  LayerConductance: layerConductance,
  InternalInfluence: internalInfluence,
  LayerLRP: layerLrp,
  LayerFeatureAblation: layerFeatureAblation,
  LayerFeaturePermutation: layerFeaturePermutation,
  LayerGradientShap: layerGradientShap,
  GradCAMPlusPlus: gradCamPlusPlus,
  HiResCAM: hiResCam,
  XGradCAM: xGradCam,
  LayerCAM: layerCam,
  EigenCAM: eigenCam,
  ScoreCAM: scoreCam,
  AblationCAM: ablationCam,
  AttentionRollout: attentionRollout,
  ...NEURON_METHODS,
} as const satisfies Readonly<Record<string, Method>>;
