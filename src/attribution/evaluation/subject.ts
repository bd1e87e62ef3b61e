import { differentiate } from '../../autodiff/differentiate.ts';
import type { RuleSet } from '../../autodiff/rule.ts';
import { gradientRules } from '../../autodiff/rules/gradient/index.ts';
import type { EngineOptions, Session } from '../../engines/engine.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph, ValueInfo } from '../../graph/graph.ts';
import { type Axes, isTokens, type TokenAxis } from '../../graph/imageAxes/axes.ts';
import { type Layout, layoutOf } from '../../graph/imageAxes/layout.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Shape } from '../../tensor/shape.ts';
import { isMemoryDType, type MemoryDType, sizeOf, type Tensor, toFloat32 } from '../../tensor/tensor.ts';
import { cutGraph } from './cut.ts';
import { inDtype, repeated } from './examples.ts';
import { noGradientError, refuseWholeNumbers } from './noGradient.ts';
import { flatTarget, isSeed, type Place, SEED_INPUT, type Seed, seedOf, TARGET_INPUT, targetFeed } from './target.ts';

export type Feeds = Readonly<Record<string, Tensor>>;

/** Values in place of those of the subject's point: as many copies of its batch as they have, one behind the other. */
export type Point = Readonly<Record<string, Tensor<'float32'>>>;

export interface SubjectOptions {
  readonly graph: Graph;
  /** Which axes of the graph's values lie over the image, as far as that is known. */
  readonly axes?: ReadonlyMap<string, Axes>;
  /** Makes a graph ready, once per key. */
  session(key: string, build: () => Graph, options?: Pick<EngineOptions, 'integers' | 'threads'>): Promise<Session>;
  /** One tensor per graph input. */
  readonly feeds: Feeds;
  /** Names of the graph inputs that are attributed to. */
  readonly attributed: readonly string[];
  /** Name of the value that is explained, and which scalar of it, linear in it: per example. */
  readonly output: string;
  readonly target: Place | Seed;
  /** The values at which the graph was cut; none: it is the model's. */
  readonly cut?: readonly string[];
}

/** A graph to which a method adds nodes, with the gradient of what is explained. */
export interface Differentiable {
  readonly builder: GraphBuilder;
  /** The value that is explained. */
  readonly output: string;
  /**
   * Adds the gradient of the explained scalar with respect to each value, of the value's shape; 0 where no path leads from it, while
   * one leads from another.
   * @param what the values are, for the error
   * @param start makes of the explained scalar's gradient at the explained value what `rules` begin with there
   * @throws InspectumError 'unsupported' where no path leads from any, or an operator on the way has no rule
   */
  gradients(values: readonly string[], what: string, rules?: RuleSet, start?: (seed: string) => string): string[];
}

/**
 * What is explained, of what: a scalar per example that a graph computes from the values that are attributed to, at a point. Methods
 * see the model through it alone.
 */
export class Subject {
  readonly graph: Graph;
  readonly output: string;
  readonly target: Place | Seed;
  readonly attributed: readonly string[];
  readonly #options: SubjectOptions;

  constructor(options: SubjectOptions) {
    this.#options = options;
    this.graph = options.graph;
    this.output = options.output;
    this.target = options.target;
    this.attributed = options.attributed;
  }

  /** The attributed values at the point, as float32. */
  get point(): Point {
    return Object.fromEntries(this.attributed.map((name) => [name, toFloat32(this.#feed(name))]));
  }

  /** The attributed values at the point, in the dtypes that the graph takes. */
  get given(): Feeds {
    return Object.fromEntries(this.attributed.map((name) => [name, this.#feed(name)]));
  }

  /**
   * The same scalar as a function of other values of the graph, which are given from now on: of a layer's.
   * @param point what they are at the point, where that is known
   */
  async cutAt(values: readonly string[], point?: Point): Promise<Subject> {
    const cut = [...(this.#options.cut ?? []), ...values];
    const tensors = point ? values.map((name) => point[name]) : await this.valuesOf(values);
    const own = values.map((name, i) => [
      name,
      inDtype(tensors[i] as Tensor, this.#options.feeds[name]?.dtype ?? nativeDtype(this.graph, name)),
    ]);
    const feeds = { ...this.#options.feeds, ...Object.fromEntries(own) };
    return new Subject({ ...this.#options, graph: cutGraph(this.graph, values, this.output), feeds, attributed: values, cut });
  }

  /** The same at another point. */
  movedTo(point: Point): Subject {
    const own = Object.entries(point).map(([name, value]) => [name, inDtype(value, this.#feed(name).dtype)]);
    return new Subject({ ...this.#options, feeds: { ...this.#options.feeds, ...Object.fromEntries(own) } });
  }

  /**
   * What computes a value of the graph from an input of which some axes are open: of any extents at which its operators work. In one
   * thread: it is for small parts between runs of another session, and idle threads of either would take the cores from the other.
   */
  openedUpTo(value: string, input: string, axes: readonly number[]): Subject {
    const inputs = this.graph.inputs.map((port) => (port.name === input ? { ...port, shape: openShape(port.shape, axes) } : port));
    const graph = {
      ...this.graph,
      inputs,
      values: new Map<string, ValueInfo>(),
      outputs: [{ name: value, ...this.graph.values.get(value) }],
    };
    const session: SubjectOptions['session'] = (key, build, options) => this.#options.session(key, build, { ...options, threads: 1 });
    const cut = [...(this.#options.cut ?? []), `open ${value}`];
    return new Subject({ ...this.#options, session, graph, output: value, target: null, cut });
  }

  /** Another scalar of the same graph: of a neuron. */
  explaining(output: string, target: Place | Seed): Subject {
    return new Subject({ ...this.#options, output, target });
  }

  /**
   * Which axes of a value hold channels and places.
   * @param rank of the value, where it has been computed
   * @throws InspectumError 'unsupported' where it is not known
   */
  layoutOf(value: string, rank = this.graph.values.get(value)?.shape?.length): Layout {
    if (rank === undefined)
      throw new InspectumError('unsupported', `The shape of ${value} is not known before the model runs, so its map cannot be made.`);
    return layoutOf(this.#options.axes?.get(value), rank);
  }

  /** The grid of patches that an axis of a value has, counted from its end. */
  tokensOf(value: string, fromEnd: number): TokenAxis | undefined {
    const axis = this.#options.axes?.get(value)?.at(-fromEnd);
    return isTokens(axis) ? axis : undefined;
  }

  /** How many examples the point has: the batch of the attributed values. */
  get examples(): number {
    return this.#feed(this.attributed[0] ?? '').dims[0] ?? 1;
  }

  /** Whether one run can take several copies of the point's batch: the graph's inputs and the explained value leave their batch open, as one. */
  get takesCopies(): boolean {
    const batches = [...this.graph.inputs.map(({ shape }) => shape), this.graph.values.get(this.output)?.shape].map((shape) => shape?.[0]);
    return typeof batches[0] === 'string' && batches.every((batch) => batch === batches[0]);
  }

  /**
   * The explained scalar of every example at the point, or at another.
   * @returns float64, in the order of the examples
   */
  async scores(at: Feeds = {}): Promise<Float64Array> {
    return this.scoresIn(await this.explained(at));
  }

  /** The explained value at the point, or at another. */
  async explained(at: Feeds = {}): Promise<Tensor<'float32'>> {
    const build = ({ output }: Differentiable) => ({ scores: output });
    const { scores } = await this.run('scores', build, at, { integers: true });
    return scores;
  }

  /** The explained scalar of every example, from the explained value. */
  scoresIn({ dims, data }: Tensor<'float32'>): Float64Array {
    const { target, output } = this;
    const size = sizeOf(dims.slice(1));
    const examples = dims[0] ?? 1;
    if (!isSeed(target)) {
      const flat = flatTarget(target, dims, output);
      return Float64Array.from({ length: examples }, (_, i) => data[i * size + flat] as number);
    }
    return Float64Array.from({ length: examples }, (_, example) => {
      let sum = 0;
      for (let i = example * size, j = i % target.data.length; i < (example + 1) * size; i++, j++)
        sum += (data[i] as number) * (target.data[j] as number);
      return sum;
    });
  }

  /** Values of the graph at the point, or at another, as float32. */
  async valuesOf(values: readonly string[], at: Feeds = {}): Promise<Tensor<'float32'>[]> {
    const build = () => Object.fromEntries(values.map((name, i) => [i, name]));
    const results = await this.run(`values ${values.join(' ')}`, build, at, { integers: true });
    return values.map((_, i) => results[i] as Tensor<'float32'>);
  }

  /** The gradients of the explained scalar with respect to values of the graph, each of its value's shape. */
  async gradientsOf(values: readonly string[], at: Point = {}): Promise<Tensor<'float32'>[]> {
    const build = (graph: Differentiable) => Object.fromEntries(graph.gradients(values, values.join(', ')).map((name, i) => [i, name]));
    const results = await this.run(`gradients ${values.join(' ')}`, build, at);
    return values.map((_, i) => results[i] as Tensor<'float32'>);
  }

  /**
   * Runs the graph with what `build` adds to it.
   * @param key says, for this graph, all that `build` depends on
   * @param build adds nodes, and names the values that are wanted
   * @param at in place of values of the point, or of inputs that `build` has added; float32 where the graph takes another dtype too
   * @returns the values that `build` named, as float32
   */
  async run<K extends string | number>(
    key: string,
    build: (graph: Differentiable) => Readonly<Record<K, string>>,
    at: Feeds = {},
    options?: Pick<EngineOptions, 'integers'>,
  ): Promise<Record<K, Tensor<'float32'>>> {
    const { cut = [], session } = this.#options;
    const told = isSeed(this.target) ? 'seed' : 'element';
    const full = JSON.stringify([key, this.output, told, cut]);
    const ready = await session(full, () => this.#build(build, told), options);
    const results = await ready.run(this.#feeds(ready.inputs, at));
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name.slice(RESULT.length), toFloat32(value)])) as Record<
      K,
      Tensor<'float32'>
    >;
  }

  #build(build: (graph: Differentiable) => Readonly<Record<string, string>>, told: 'seed' | 'element'): Graph {
    const builder = new GraphBuilder(this.graph);
    builder.outputs = [];
    const { output } = this;
    let seed: string | undefined;
    const isGiven = (name: string) => !this.#options.cut?.includes(name) && this.graph.inputs.some((input) => input.name === name);
    const gradients: Differentiable['gradients'] = (values, what, rules = gradientRules, start = (gradient) => gradient) => {
      refuseWholeNumbers(
        this.graph,
        values.filter((name) => !isGiven(name)),
        what,
      );
      seed ??= seedOf(builder, output, told);
      const found = differentiate(builder, { seeds: new Map([[output, start(seed)]]), wrt: values, rules });
      if (values.every((value) => !found.has(value))) throw noGradientError(builder, values, what, output, rules);
      return values.map((value) => found.get(value) ?? builder.op('ConstantOfShape', [builder.op('Shape', [value])]));
    };
    const wanted = build({ builder, output, gradients });
    for (const [name, value] of Object.entries(wanted))
      builder.output(value, `${RESULT}${name}`, builder.values.get(value) ?? { dtype: 'float32' });
    return builder.build();
  }

  #feeds(inputs: readonly string[], at: Feeds): Feeds {
    const copies = Math.max(
      1,
      ...Object.entries(at).map(([name, { dims }]) => (dims[0] ?? 1) / (this.#options.feeds[name]?.dims[0] ?? dims[0] ?? 1)),
    );
    const { target } = this;
    const feed = (name: string): Tensor => {
      const given = at[name];
      if (given) return inDtype(given, this.#options.feeds[name]?.dtype ?? 'float32');
      if (name === TARGET_INPUT) return targetFeed(this.#flatTarget());
      return repeated(name === SEED_INPUT && isSeed(target) ? target : this.#feed(name), copies);
    };
    return Object.fromEntries(inputs.map((name) => [name, feed(name)]));
  }

  #flatTarget(): number {
    const { target, output, graph } = this;
    if (isSeed(target)) return -1;
    const shape = graph.values.get(output)?.shape ?? graph.outputs.find((o) => o.name === output)?.shape;
    if (!shape)
      throw new InspectumError(
        'unsupported',
        `The shape of ${output} is not known before the model runs, so a target cannot be chosen in it.`,
      );
    return flatTarget(target, shape, output);
  }

  #feed(name: string): Tensor {
    const feed = this.#options.feeds[name];
    if (!feed) throw new InspectumError('usage', `Nothing was given for the input ${name}.`);
    return feed;
  }
}

const RESULT = 'inspectum.result.';

/** In which dtype a value of a graph is given to it. */
function nativeDtype(graph: Graph, value: string): MemoryDType {
  const { dtype = 'float32' } = graph.values.get(value) ?? {};
  return isMemoryDType(dtype) ? dtype : 'float32';
}

const openShape = (shape: Shape = [], axes: readonly number[]): Shape =>
  shape.map((size, axis) => (axes.includes(axis) ? `open${axis}` : size));
