import type { EngineOptions, Session } from '../engines/engine.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Place, Seed } from './target.ts';

/** One parameter of a method, by Captum's name. */
export interface Parameter {
  readonly type: 'boolean';
  readonly default: boolean;
  readonly doc: string;
}

export type Parameters = Readonly<Record<string, boolean>>;

/** A value in the graph whose layer is asked about: what leaves it and what enters it. */
export interface LayerValues {
  readonly id: string;
  readonly output: string;
  readonly input: string | undefined;
}

export interface AttributionRequest {
  readonly graph: Graph;
  /** Makes a graph ready, once per key. */
  session(key: string, build: () => Graph, options?: Pick<EngineOptions, 'integers'>): Promise<Session>;
  /** One tensor per model input. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Name of the model input that is explained by primary methods. */
  readonly input: string;
  /** Name of the value that is explained. */
  readonly output: string;
  readonly target: Place | Seed;
  /** Given for layer methods. */
  readonly layer?: LayerValues;
  readonly parameters: Parameters;
}

/** A method under Captum's class name. */
export interface Method {
  readonly name: string;
  /** Primary methods attribute to the input, layer methods to a layer. */
  readonly level: 'primary' | 'layer';
  /** Whether it explains one element of the output; activations do not. */
  readonly needsTarget: boolean;
  readonly doc: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** @returns the attribution, float32, in Captum's shape */
  attribute(request: AttributionRequest): Promise<Tensor>;
}

export const ATTRIBUTE_TO_LAYER_INPUT: Parameter = {
  type: 'boolean',
  default: false,
  doc: 'Attribute to what enters the layer instead of what leaves it.',
};
