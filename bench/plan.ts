import type { Method, Setting, Task } from './protocol.ts';

const COMMON = { target: 7, threads: 2, steps: 50, occlusion: { window: [15, 15], stride: [15, 15] } } as const;

export const SETTINGS: readonly Setting[] = [
  { model: 'resnet18', layer: 'layer4.1.conv2', norm: 'layer4.1.bn2', ...COMMON },
  { model: 'mobilenet_v2', layer: 'features.18.0', norm: 'features.18.1', ...COMMON },
  { model: 'resnet101', layer: 'layer4.2.conv3', norm: 'layer4.2.bn3', ...COMMON },
];

export interface Measurement {
  readonly method: Method;
  readonly what: string;
  /** What else we do in the same time of Captum's. */
  readonly besides?: { readonly task: Task; readonly what: string };
  /** Captum's time over ours that is wanted, as the geometric mean over the networks; never less than 1 on any. */
  readonly wanted?: number;
}

export const MEASUREMENTS: readonly Measurement[] = [
  { method: 'gradCam', what: 'Grad-CAM, last convolution' },
  {
    method: 'everyConvolution',
    what: 'Grad-CAM, every convolution',
    besides: { task: 'everyLayer', what: 'Grad-CAM, every layer' },
  },
  { method: 'saliency', what: 'Saliency', wanted: 1.4 },
  { method: 'guidedBackprop', what: 'Guided backprop', wanted: 1.4 },
  { method: 'deepLift', what: 'DeepLift', wanted: 1.4 },
  { method: 'lrp', what: 'LRP', wanted: 1.4 },
  { method: 'integratedGradients', what: 'Integrated gradients, 50 steps', wanted: 1.4 },
  { method: 'occlusion', what: 'Occlusion, 225 windows', wanted: 2 },
];
