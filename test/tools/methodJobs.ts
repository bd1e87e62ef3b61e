import path from 'node:path';
import { type AttributionResult, attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { METHODS } from '../../src/attribution/index.ts';
import type { Waiting } from '../../src/attribution/work.ts';
import type { BaselineSpec } from '../../src/protocol/baselines.ts';
import { floats } from '../../src/tensor/tensor.ts';
import { RunCounter } from './runCounter.ts';

const NETWORKS = path.join(import.meta.dirname, '../fixtures/networks/models');
const wave = (dims: readonly number[]) =>
  floats(
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 0.7) + 0.2),
  );

export const engine = new RunCounter();
const open = (file: string): Model => Model.open(path.join(NETWORKS, file), { threads: 1, engine });
const images = { model: open('residual.script.onnx'), feeds: { input: wave([1, 3, 21, 30]) } };
const rows = { model: open('perceptron.script.onnx'), feeds: { input: wave([1, 12]) } };
const pairs = { ...rows, feeds: { input: wave([2, 12]) } };
const single = { ...images, model: open('residual.script.fixed.onnx') };
const tokens = { model: open('transformer.script.onnx'), feeds: { input: wave([1, 3, 16, 20]) } };
export const releaseAll = () => Promise.all([images, rows, single, tokens].map(({ model }) => model.release()));

export interface Job {
  readonly of: typeof images;
  readonly layer?: string;
  readonly neuron?: readonly number[];
  readonly baseline?: BaselineSpec;
  readonly set?: Readonly<Record<string, unknown>>;
}

const one = { perturbations_per_eval: 1 };
const steps = { n_steps: 12, internal_batch_size: 1 };
const layer = { of: images, layer: 'layer1' };
const neuron = { ...layer, neuron: [2, 1, 0] };
const noise = { baseline: 'noise:4' };

/** Every method, with one point in a run. */
const JOBS: Readonly<Record<keyof typeof METHODS, Job>> = {
  Saliency: { of: images },
  InputXGradient: { of: images },
  GuidedBackprop: { of: images },
  Deconvolution: { of: images },
  DeepLift: { of: images },
  DeepLiftShap: { of: images, ...noise },
  IntegratedGradients: { of: images, set: steps },
  LRP: { of: images },
  FeatureAblation: { of: rows, set: one },
  Occlusion: { of: images, set: { sliding_window_shapes: [3, 7, 10], strides: [3, 7, 10], ...one } },
  FeaturePermutation: { of: pairs, set: one },
  GradientShap: { of: images, ...noise, set: { n_samples: 6 } },
  ShapleyValueSampling: { of: rows, set: { n_samples: 3, feature_mask: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], ...one } },
  ShapleyValues: { of: rows, set: { feature_mask: [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], ...one } },
  Lime: { of: rows, set: { n_samples: 14, alpha: 1e-4, ...one } },
  KernelShap: { of: rows, set: { n_samples: 14, ...one } },
  RISE: { of: images, set: { n_masks: 12, ...one } },
  LayerActivation: layer,
  LayerGradientXActivation: layer,
  LayerGradCam: layer,
  GuidedGradCam: layer,
  LayerDeepLift: layer,
  LayerDeepLiftShap: { ...layer, ...noise },
  LayerIntegratedGradients: { ...layer, set: steps },
  LayerConductance: { ...layer, set: steps },
  InternalInfluence: { ...layer, set: steps },
  LayerLRP: layer,
  LayerFeatureAblation: { of: rows, layer: 'fc2', set: one },
  LayerFeaturePermutation: { of: pairs, layer: 'fc2', set: one },
  LayerGradientShap: { ...layer, ...noise, set: { n_samples: 6 } },
  GradCAMPlusPlus: layer,
  HiResCAM: layer,
  XGradCAM: layer,
  LayerCAM: layer,
  EigenCAM: layer,
  ScoreCAM: { ...layer, set: one },
  AblationCAM: { ...layer, set: one },
  AttentionRollout: { of: tokens, layer: 'blocks.1' },
  NeuronGradient: neuron,
  NeuronIntegratedGradients: { ...neuron, set: steps },
  NeuronConductance: { ...neuron, set: steps },
  NeuronGradientShap: { ...neuron, ...noise, set: { n_samples: 6 } },
  NeuronGuidedBackprop: neuron,
  NeuronDeconvolution: neuron,
  NeuronDeepLift: neuron,
  NeuronDeepLiftShap: { ...neuron, ...noise },
  NeuronFeatureAblation: { of: rows, layer: 'fc2', neuron: [1], set: one },
};

const noise_tunnel = { nt_samples: 3, stdevs: 0.1 };
const VARIED: readonly (readonly [string, keyof typeof METHODS, Job])[] = [
  ['NoiseTunnel of Saliency', 'Saliency', { of: images, set: { noise_tunnel } }],
  ['AblationCAM of a layer that has a way around it', 'AblationCAM', { of: images, layer: 'layer1.0.conv2', set: one }],
  ['NoiseTunnel of IntegratedGradients', 'IntegratedGradients', { of: images, set: { ...steps, noise_tunnel } }],
];
const METERED: readonly (readonly [string, keyof typeof METHODS, Job])[] = [
  ['infidelity of Saliency', 'Saliency', { of: single, set: { infidelity: { n_perturb_samples: 5 } } }],
  [
    'sensitivity_max of Occlusion',
    'Occlusion',
    { of: rows, set: { sliding_window_shapes: [3], ...one, sensitivity_max: { n_perturb_samples: 3 } } },
  ],
];
/** Title, method and job. */
export const ALL = [...Object.entries(JOBS).map(([method, job]) => [method, method, job] as const), ...VARIED, ...METERED];

const target = (method: string) => (METHODS[method as keyof typeof METHODS].needsTarget ? { target: 1 } : {});
export const run = (method: string, { of: { model, feeds }, set = {}, ...job }: Job, waiting: Waiting = {}): Promise<AttributionResult> =>
  attribute(model, { method, feeds, set, ...target(method), ...job, waiting });
