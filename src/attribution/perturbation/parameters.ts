import type { Parameter } from '../../tensor/parameters.ts';

/** Parameters that methods share which perturb features. */

export const FEATURE_MASK = {
  type: 'mask',
  default: null,
  doc: 'Which elements of the input are one feature: whole numbers in a shape that is broadcast to the input, or {"superpixels": n} of an image. Without it every element is a feature.',
} as const satisfies Parameter;

export const LAYER_MASK = {
  type: 'mask',
  default: null,
  doc: "Which elements of the layer's value are one feature: whole numbers in a shape that is broadcast to it; of several values a table by their names. Without it every element is a feature.",
} as const satisfies Parameter;

export const PERTURBATIONS_PER_EVAL = {
  type: 'integer',
  default: null,
  min: 1,
  doc: 'At most how many perturbed inputs one run of the model takes. By default as many as have room in a budget of memory, and never more; the result is the same.',
} as const satisfies Parameter;
