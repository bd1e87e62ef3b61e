import type { Picture } from './model.ts';

/**
 * A baseline as `--baseline` takes it: a number; a kind ("black", "blur:5", "noise:20"; src/image/baselines.ts has them all); or a file:
 * an image, a .npy file, a folder of images.
 */
export type BaselineText = string | number;

/** Of one input; several are a distribution together. */
export type BaselineTexts = BaselineText | readonly BaselineText[];

/** For the image, else the first input, or a table by input. */
export type BaselineSpec = BaselineTexts | Readonly<Record<string, BaselineTexts>>;

/** What is told of a baseline of the image before anything is compared with it. */
export interface BaselinePreview {
  /** In pixel terms, as in `UsedBaseline`. */
  readonly text: string;
  /** How many pictures it is. */
  readonly count: number;
  /** The first of them in small; none where the model takes no image. */
  readonly pictures: readonly Picture[];
}

/** What a baseline was, so that it can be had again. */
export interface UsedBaseline {
  /** The input that it stands for, or the layer's value. */
  readonly input: string;
  readonly baseline: BaselineTexts;
  /** In pixel terms: "zero of the normalised input: the colour 124, 116, 104". */
  readonly text: string;
  /** How many, where they are a distribution. */
  readonly examples?: number;
  /** Where it is random. */
  readonly seed?: number;
}
