import type { Parameter, ParameterTable, ParameterValues, ValuesOf } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Baselines } from './baselines.ts';
import type { Shares } from './evaluation/share.ts';
import type { Subject } from './evaluation/subject.ts';
import type { Place, Seed } from './evaluation/target.ts';
import type { Random } from './random.ts';
import type { Work } from './work.ts';

/** The values at a layer's border: what leaves it, and what is computed and enters it. */
export interface LayerValues {
  readonly id: string;
  /** The value that stands for the layer: of several that leave it the one that the tree shows. */
  readonly output: string;
  /** All that leave it, in the order of computation. */
  readonly outputs: readonly string[];
  /** All that enter it, in the order in which they are read. */
  readonly inputs: readonly string[];
}

/** What a method is asked. Parameters are those of its table, checked. */
export interface AttributionRequest<V = ParameterValues> {
  /** What is explained, of what, and how it is computed. Of neuron methods it explains the neuron. */
  readonly subject: Subject;
  /** Given for layer methods, and for neuron methods that need it besides the subject. */
  readonly layer?: LayerValues;
  readonly neuron?: Neuron;
  readonly baselines: Baselines;
  readonly parameters: V;
  readonly random: Random;
  readonly work: Work;
}

/** A neuron, or a sum of neurons, of a layer's value. */
export interface Neuron {
  readonly value: string;
  /** Extents of one example of it. */
  readonly axes: readonly number[];
  readonly selector: Place | Seed;
}

/** An attribution to one value: an input, or a layer's output. */
export interface AttributionPart {
  readonly name: string;
  readonly tensor: Tensor<'float32'>;
}

export interface Attribution {
  /** In Captum's shapes; at least one. */
  readonly parts: readonly [AttributionPart, ...AttributionPart[]];
  /**
   * Per example: Σ attributions − (F(input) − F(baseline)). Of methods whose attributions should sum up to the difference. Of LRP, which
   * has no baseline, F(input) − Σ attributions, as in Captum.
   */
  readonly delta?: readonly number[];
  /** How many random samples it was made from. */
  readonly samples?: number;
  /** How good it is, by Captum's metrics that were asked for: a number per example. */
  readonly metrics?: Readonly<Record<string, readonly number[]>>;
  /** What a person must know to read it right: whole sentences. */
  readonly remarks?: readonly string[];
}

/**
 * What a method attributes to. 'primary': to the inputs. 'layer': to a layer's value. 'neuron': to the inputs too, but what it explains
 * is a neuron of a layer.
 */
export type Level = 'primary' | 'layer' | 'neuron';

export interface Method {
  /** Captum's class name; of methods that Captum lacks, the name of its paper. */
  readonly name: string;
  readonly level: Level;
  /** A layer method whose result lies over the input. */
  readonly ofInput?: true;
  /** Whether it explains one element of the output; activations do not. */
  readonly needsTarget: boolean;
  /**
   * 'none': it compares with no baseline. 'one': with one per example of the inputs, by default 0. 'layer': with one of the layer's value,
   * by default 0. 'distribution': with baselines that are drawn from several examples, which must be given.
   */
  readonly baselines: 'none' | 'one' | 'layer' | 'distribution';
  readonly doc: string;
  /** Where its numbers differ from Captum's on purpose, and why: whole sentences. */
  readonly differs?: string;
  readonly paper?: { readonly authors: string; readonly year: number; readonly url: string };
  readonly parameters: ParameterTable;
  /** How many forward passes it takes, by estimate; default: those of one gradient with respect to what it attributes to. */
  cost?(workload: Workload): number;
  attribute(request: AttributionRequest): Promise<Attribution>;
}

/** What the work of a method depends on, as far as it is known before. */
export interface Workload<V = ParameterValues> extends Shares {
  readonly parameters: V;
  /** Shapes of the attributed values, batch first. */
  readonly shapes: readonly (readonly number[])[];
  /** How many channels the layer's value has. */
  readonly channels: number | undefined;
  /** How many features a mask has; undefined: no mask. */
  readonly features: number | undefined;
  /** How many examples the baseline has. */
  readonly baselines: number;
}

/**
 * What the way back through the whole network takes, in forward passes: from 1.6 of a ResNet-18 to 4.4 of a network of depthwise
 * convolutions, as measured, so that either is met within a factor of 2.
 */
export const BACKWARD_COST = 2.5;

/** Forward passes that take as long as one with the gradient of a value that has so much of the network behind it. */
export const gradientCost = (behind = 1): number => 1 + BACKWARD_COST * behind;

/** A method whose parameters are typed by its table. */
export interface MethodDefinition<T extends ParameterTable> extends Omit<Method, 'parameters' | 'attribute' | 'cost'> {
  readonly parameters: T;
  cost?(workload: Workload<ValuesOf<T>>): number;
  attribute(request: AttributionRequest<ValuesOf<T>>): Promise<Attribution>;
}

export const defineMethod = <const T extends ParameterTable>(method: MethodDefinition<T>): Method => method as unknown as Method;

/** A part for each of the attributed values. */
export const partsOf = (names: readonly string[], tensors: readonly Tensor<'float32'>[]): Attribution['parts'] =>
  names.map((name, i) => ({ name, tensor: tensors[i] })) as unknown as Attribution['parts'];

export const ATTRIBUTE_TO_LAYER_INPUT = {
  type: 'boolean',
  default: false,
  doc: 'Attribute to what enters the layer instead of what leaves it.',
} as const satisfies Parameter;

/** Of methods whose attributions should sum up to a difference of scores. It costs them next to nothing. */
export const RETURN_CONVERGENCE_DELTA = {
  type: 'boolean',
  default: true,
  doc: 'Tell how far the attributions are from the sum that they should have, the convergence delta. (Captum tells it only when asked to.)',
} as const satisfies Parameter;
