import type { BaselineSpec, UsedBaseline } from './baselines.ts';
import type { LayerExplanation, Picture, Progress } from './model.ts';
import type { Target } from './target.ts';

/** One parameter of a method, as a form shows it. */
export interface ParameterInfo {
  /** Captum's name. */
  readonly name: string;
  readonly type: 'boolean' | 'integer' | 'number' | 'choice' | 'choices' | 'text' | 'texts' | 'colormap' | 'extents' | 'mask' | 'group';
  /** A value as JSON; null: none, or Captum's own way without one. */
  readonly default: unknown;
  /** What fits the open model better than the default: windows of a size that suits its input, superpixels of an image. */
  readonly suggestion?: unknown;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  readonly required?: true;
  /** Of a group, which is a table of their values, or null: not asked for. */
  readonly parameters?: readonly ParameterInfo[];
  readonly doc: string;
}

/** What a method compares with: one baseline of the input, one of the layer's value, or several of the input. */
export type BaselineSort = 'one' | 'layer' | 'distribution';

/** A method as a panel offers it. */
export interface MethodInfo {
  /** Captum's class name. */
  readonly name: string;
  readonly level: 'primary' | 'layer' | 'neuron';
  /** A layer method whose result lies over the input. */
  readonly ofInput?: true;
  readonly needsTarget: boolean;
  readonly baselines: 'none' | BaselineSort;
  readonly doc: string;
  readonly paper?: { readonly authors: string; readonly year: number; readonly url: string };
  /** The question that it answers, of those that are offered first. */
  readonly question?: string;
  readonly parameters: readonly ParameterInfo[];
}

/** What a person asks for: enough to ask for it again, with the names of the command line. */
export interface Recipe {
  readonly method: string;
  /** Of layer and neuron methods. */
  readonly layer?: string;
  /** Of neuron methods, as `--neuron` takes it: an index or a range per axis of the layer, its batch left out. */
  readonly neuron?: string;
  /** Default: what is explained otherwise. */
  readonly target?: Target;
  /** As `--baseline` takes it. */
  readonly baseline?: BaselineSpec;
  /** Parameters as `--set` takes them: those that are not at their defaults. */
  readonly set: Readonly<Record<string, unknown>>;
}

/** How much a recipe takes, before it is run. */
export interface Estimate {
  /** Forward passes. */
  readonly passes: number;
  /** Undefined where nothing has been measured yet. */
  readonly ms?: number;
}

/** What came of a recipe, or what there is of it so far. */
export interface AttributionView {
  readonly recipe: Recipe;
  readonly explanation: LayerExplanation;
  /** "1×3×224×224" */
  readonly shape: string;
  /** Sum of all attributions of the first example. */
  readonly sum: number;
  /** Σ attributions − (F(input) − F(baseline)), and that difference, of the first example: of methods with baselines that should sum up to it. */
  readonly completeness?: { readonly delta: number; readonly difference: number };
  /** Captum's metrics that were asked for, of the first example. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** How many random samples it was made from. */
  readonly samples?: number;
  /** What it was compared with, of methods with baselines. */
  readonly baselines?: readonly UsedBaseline[];
  /** Those of the image, in small: at most the first few. */
  readonly baselinePictures?: readonly Picture[];
  /** Whole sentences. */
  readonly remarks: readonly string[];
  readonly ms: number;
  /** 0 to 1, of a part of a result. */
  readonly fraction?: number;
}

/** How far a method is. */
export interface MethodProgress extends Progress {
  /** What there is so far of its result. */
  readonly partial?: AttributionView;
}
