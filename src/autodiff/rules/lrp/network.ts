import { GraphBuilder, valuesRead } from '../../../graph/builder.ts';
import type { Graph, Node } from '../../../graph/graph.ts';
import type { Shape } from '../../../tensor/shape.ts';
import { reachedFrom } from '../../differentiate.ts';
import type { RuleContext } from '../../rule.ts';
import { gradientRules } from '../gradient/index.ts';

/** An additive constant, and the node that adds it. */
export interface Bias {
  readonly value: string;
  readonly node: Node;
}

/** Inputs that are added up to the output, or stand in it, by operator: those of them that are constant absorb relevance. */
const ADDED: Readonly<Record<string, readonly number[] | 'all'>> = {
  Add: 'all',
  Sub: 'all',
  Sum: 'all',
  Mean: 'all',
  Concat: 'all',
  Where: [1, 2],
  Conv: [2],
  ConvTranspose: [2],
  Gemm: [2],
  BatchNormalization: [2, 3],
  GroupNormalization: [2],
  InstanceNormalization: [2],
  LayerNormalization: [2],
  GRU: [3],
  LSTM: [3],
  RNN: [3],
};

/** The bias of a dense layer that is written as two nodes, MatMul and Add. */
export interface AddedBias {
  readonly bias: string;
  /** The layer's value: the Add's. */
  readonly output: string;
}

const LAYERS = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** What the rules ask about the network as a whole. */
export class Network {
  readonly #builder: GraphBuilder;
  readonly #nodes: readonly Node[];
  readonly #known: ReadonlySet<string>;
  readonly #varying: ReadonlySet<string>;
  readonly #first: ReadonlySet<string>;
  /** By the output of the MatMul. */
  readonly #addedBiases: ReadonlyMap<string, AddedBias>;

  constructor(graph: Graph) {
    this.#builder = new GraphBuilder(graph);
    this.#nodes = graph.nodes;
    this.#known = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
    this.#varying = this.#reached(graph.inputs.map(({ name }) => name));
    this.#first = this.#firstLayers();
    this.#addedBiases = this.#findAddedBiases();
  }

  /**
   * Whether a value is the same for every input, as far as relevance is concerned.
   * @param context that tells it of values inside of nodes, which only it knows
   */
  isConstant(value: string, context?: RuleContext): boolean {
    if (this.#varying.has(value)) return false;
    return this.#known.has(value) || this.#builder.initializers.has(value) || (context !== undefined && !context.wants(value));
  }

  /** Whether a convolution or dense layer has none before it. */
  isFirst({ name }: Node): boolean {
    return this.#first.has(name);
  }

  /** The bias that is added to a value behind the MatMul that makes it, as the next thing and alone. */
  addedBias(product: string | undefined): AddedBias | undefined {
    return this.#addedBiases.get(product ?? '');
  }

  /** The additive constants on the ways from `values` to the outputs. */
  biasesBehind(values: readonly string[]): readonly Bias[] {
    const reached = this.#reached(values);
    const biases = new Map<string, Bias>();
    for (const node of this.#nodes) {
      const added = ADDED[node.op];
      if (!added || !node.inputs.some((name) => reached.has(name))) continue;
      const inputs = added === 'all' ? node.inputs : added.map((i) => node.inputs[i]);
      for (const value of inputs) if (value && this.isConstant(value) && !biases.has(value)) biases.set(value, { value, node });
    }
    return [...biases.values()];
  }

  #reached(values: readonly string[]): ReadonlySet<string> {
    return reachedFrom(this.#builder, this.#nodes, values, gradientRules);
  }

  #firstLayers(): ReadonlySet<string> {
    const first = new Set<string>();
    const behind = new Set<string>();
    for (const node of this.#nodes) {
      const later = valuesRead(node).some((name) => behind.has(name));
      const isLayer = LAYERS.has(node.op) && node.inputs.some((name) => this.#varying.has(name));
      if (isLayer && !later) first.add(node.name);
      if (isLayer || later) for (const name of node.outputs) behind.add(name);
    }
    return first;
  }

  #findAddedBiases(): ReadonlyMap<string, AddedBias> {
    const uses = new Map<string, number>();
    for (const name of this.#nodes.flatMap(valuesRead)) uses.set(name, (uses.get(name) ?? 0) + 1);
    const isLayer = ({ op, inputs }: Node): boolean => op === 'MatMul' && inputs.some((x) => this.isConstant(x));
    const products = new Set(this.#nodes.filter(isLayer).flatMap(({ outputs }) => outputs));
    const shape = (value: string): Shape => this.#builder.values.get(value)?.shape ?? this.#builder.initializers.get(value)?.dims ?? [];
    const found = this.#nodes.flatMap(({ op, inputs, outputs: [output = ''] }) => {
      const product = inputs.find((x) => products.has(x) && uses.get(x) === 1);
      const bias = inputs.find((x) => this.isConstant(x));
      if (op !== 'Add' || !product || !bias || shape(bias).length !== 1 || shape(product).join() !== shape(output).join()) return [];
      return [[product, { bias, output }] as const];
    });
    return new Map(found);
  }
}
