import type { InputImage, ModelSummary } from './model.ts';

/** What one input of a model is fed with; paths are absolute. */
export type InputSource =
  | { readonly kind: 'image'; readonly path: string }
  | { readonly kind: 'npy'; readonly path: string }
  /** Every element of the input. */
  | { readonly kind: 'constant'; readonly value: number };

/** What came of the sources that were given to a model. */
export interface GivenInputs {
  /** What is shown under the maps: the image, or an array of an image's shape as a picture. Undefined: maps are shown alone. */
  readonly image?: InputImage;
  /** What each input has, by input. */
  readonly sources: Readonly<Record<string, InputSource>>;
  /** Inputs that nothing was given for; nothing can be computed before they have something. */
  readonly missing: readonly string[];
  /** Present where the image changed the size that the model is computed for. */
  readonly summary?: ModelSummary;
}
