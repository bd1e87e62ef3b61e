import { sizeOf, tensor } from '../../tensor/tensor.ts';
import { type Attribution, type AttributionRequest, defineMethod, type Workload } from '../method.ts';
import { featureCount } from './coalitions.ts';
import { type Features, featuresOf, type Mask } from './featureMask.ts';
import { nativeBaselines } from './nativeBaselines.ts';
import { FEATURE_MASK, PERTURBATIONS_PER_EVAL } from './parameters.ts';
import { type Copy, runPerturbed } from './perturbed.ts';

/**
 * captum.attr.FeatureAblation: how far the target falls when a feature is replaced by its baseline, given to every element of the
 * feature, in the input's shape. Only forward runs are made.
 */
export const featureAblation = defineMethod({
  name: 'FeatureAblation',
  level: 'primary',
  needsTarget: true,
  baselines: 'one',
  doc: 'How far the target falls when a feature is replaced by its baseline, feature by feature.',
  parameters: { feature_mask: FEATURE_MASK, perturbations_per_eval: PERTURBATIONS_PER_EVAL },
  cost: (workload) => perturbationCost(workload),
  attribute: (request) => ablateFeatures(request, request.parameters.feature_mask, 'feature_mask'),
});

/** What features are perturbed of, and how. */
type Request = Pick<
  AttributionRequest<{ readonly perturbations_per_eval: number | null }>,
  'subject' | 'baselines' | 'parameters' | 'work'
>;

/** Captum's FeatureAblation of a subject. @param name the mask's, for messages */
export function ablateFeatures(request: Request, mask: Mask | null, name: string): Promise<Attribution> {
  const { given } = request.subject;
  const features = featuresOf(given, mask, name);
  const baselines = nativeBaselines(given, request.baselines);
  return perturbFeatures(request, features, (feature, copy) => {
    let changed = false;
    for (const [value, elements] of Object.entries(copy)) {
      const baseline = baselines[value]?.data as typeof elements;
      for (const element of features.elements(value, feature)) {
        changed ||= elements[element] !== baseline[element];
        elements[element] = baseline[element] as never;
      }
    }
    return changed;
  });
}

/**
 * Gives every element of a feature how far the explained scalar falls when that feature is perturbed.
 * @param write perturbs a feature in a copy of the point, and says whether that changed anything
 */
export async function perturbFeatures(
  { subject, parameters, work }: Omit<Request, 'baselines'>,
  features: Features,
  write: (feature: number, copy: Copy) => boolean,
): Promise<Attribution> {
  const values = Object.entries(subject.given).map(([name, { dims }]) => ({ name, dims, drops: new Float32Array(sizeOf(dims)) }));
  const result = (): Attribution => ({
    parts: values.map(({ name, dims, drops }) => ({
      name,
      tensor: tensor('float32', dims, drops.slice()),
    })) as unknown as Attribution['parts'],
  });
  await runPerturbed(
    {
      count: features.count,
      write,
      take(feature, drops) {
        for (const value of values) {
          const size = value.drops.length / drops.length;
          for (const element of features.elements(value.name, feature)) value.drops[element] = drops[Math.floor(element / size)] as number;
        }
      },
    },
    { subject, work, perRun: parameters.perturbations_per_eval, partial: result },
  );
  return result();
}

/** A run for every feature, and one without a change. */
export const perturbationCost = (workload: Pick<Workload, 'features' | 'shapes'>): number => 1 + featureCount(workload);

/** The same from a layer's value on, which takes a run up to there. */
export const layerPerturbationCost = (workload: Workload<unknown>): number => workload.before + perturbationCost(workload) * workload.given;
