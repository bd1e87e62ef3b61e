import type { BaselinePreview, BaselineSpec } from './baselines.ts';
import type { Choices } from './choices.ts';
import type { GivenInputs, InputSource } from './inputs.ts';
import type { AttributionView, Estimate, MethodInfo, MethodProgress, Recipe } from './methods.ts';
import type { Cell, ConventionOutcome, LayerExplanation, ModelSummary, Sweep, UnitContributions } from './model.ts';
import type { Target } from './target.ts';

/** What the extension asks of the compute process. `model` names what was opened before. */
export type WorkerCalls = {
  /** Answers at once unless a run blocks the process. */
  ping: (params: null) => null;
  /**
   * Reads a model, unless it is open and unchanged, and applies choices; also begins to prepare its sweep in the background.
   * `frugal`: with little memory, since a process has come to its end with this model.
   */
  open: (params: { readonly path: string; readonly choices: Choices; readonly frugal?: boolean }) => ModelSummary;
  /** Forgets a model and releases its sessions. */
  close: (params: { readonly path: string }) => null;
  /** Reads what every input is fed with, by input, and makes it ready; later calls for the model use it. */
  inputs: (params: { readonly model: string; readonly sources: Readonly<Record<string, InputSource>> }) => GivenInputs;
  /** Prediction, and Grad-CAM of every layer with cells for `target` (default: the top class), in one pass if that fits into memory. */
  sweep: (params: { readonly model: string; readonly target?: Target }) => Sweep;
  /** One layer for a target: a map, or contributions of units. */
  explain: (params: { readonly model: string; readonly layer: string; readonly target?: Target }) => LayerExplanation;
  /** The units of a layer by activation × gradient, the strongest first: summed over all of it, or in one of its cells. */
  units: (params: { readonly model: string; readonly layer: string; readonly cell?: Cell; readonly target?: Target }) => UnitContributions;
  /** The methods that there are, as they suit the model. */
  methods: (params: { readonly model: string }) => readonly MethodInfo[];
  /** Reads a baseline. */
  baselines: (params: { readonly model: string; readonly baseline: BaselineSpec }) => BaselinePreview;
  /** How much a recipe would take, judged by the last pass over all layers. */
  estimate: (params: { readonly model: string; readonly recipe: Recipe }) => Estimate;
  /** Any method. What there is of a long one is told with its progress. */
  attribute: (params: { readonly model: string; readonly recipe: Recipe }) => AttributionView;
  /** The best classes of the given image, or what `target` amounts to, under every usual convention of preprocessing. */
  conventions: (params: { readonly model: string; readonly target?: Target }) => readonly ConventionOutcome[];
  /** Writes what was chosen (input, labels) into inspectum.json beside the model, and keeps what else it says. */
  saveConfiguration: (params: { readonly model: string }) => { readonly file: string };
};

/** The process's one argument, as JSON. */
export interface WorkerArguments {
  /** Threads for one operator; 0: the engine's default. */
  readonly threads: number;
  readonly memoryLimit: {
    readonly bytes: number;
    /** Whether what is only mapped from files counts. */
    readonly countsMapped: boolean;
  };
}

export type WorkerEvents = {
  progress: { readonly model: string; readonly progress: MethodProgress | null };
};
