import path from 'node:path';
import type { SubjectOptions } from '../attribution/evaluation/subject.ts';
import type { LayerValues } from '../attribution/method.ts';
import type { Engine, EngineOptions } from '../engines/engine.ts';
import { onnxRuntime } from '../engines/onnxruntime/engine.ts';
import { foldConstants } from '../graph/foldConstants.ts';
import type { Graph, Port } from '../graph/graph.ts';
import type { Axes } from '../graph/imageAxes/axes.ts';
import { type Need, needsOf } from '../graph/imageAxes/reach.ts';
import { cellsOf, imageAxes } from '../graph/imageAxes.ts';
import { inferShapes } from '../graph/inferShapes.ts';
import { inlineBranches } from '../graph/inlineBranches.ts';
import { resolveSequences } from '../graph/resolveSequences.ts';
import { groupsOf } from '../graph/structure/groups.ts';
import { CHANNELS } from '../image/channels.ts';
import type { Choices, TokenGrid } from '../protocol/choices.ts';
import type { Layer, ModelSummary } from '../protocol/model.ts';
import type { Cells } from '../tensor/cells.ts';
import { InspectumError } from '../tensor/errors.ts';
import { type Dim, isStatic, type Shape } from '../tensor/shape.ts';
import { type MemoryLimit, machineLimit } from './engine/memory.ts';
import { SessionCache } from './engine/sessions.ts';
import { readSource, type Source } from './files/source.ts';
import { imagePort, type ResolvedInput, resolveInput } from './input/convention.ts';
import { type Labels, labelsOf } from './labels/labelling.ts';
import { type Configuration, readConfiguration } from './settings/configuration.ts';
import { summarise } from './summary.ts';
import { type ExplainedValue, explainedValue, isEmbedding, tensorBehind } from './target/explainedValue.ts';
import type { Scale } from './target/scores.ts';
import { findLayer, layerOfRow, nearest, numbersOf } from './tree/findLayer.ts';
import { allLayers, layerTree } from './tree/layerTree.ts';

export interface OpenOptions extends EngineOptions {
  /** An inspectum.json instead of the one beside the model. */
  readonly config?: string;
  readonly engine?: Engine;
  /** What the process may take; without it, most of what the machine has. */
  readonly memoryLimit?: MemoryLimit;
  /** Whether to get by with little memory: lean sessions, and layers explained one by one. */
  readonly frugal?: boolean;
  /** What a person has chosen; without choices the first output is explained, raw. */
  readonly choices?: Choices;
  /** Shapes of inputs whose dimensions the file leaves open. */
  readonly shapes?: ReadonlyMap<string, Shape>;
  /** Shapes of values that only running tells. */
  readonly learnt?: ReadonlyMap<string, Shape>;
}

/** An open model with what was chosen for it: its graph, its tree, and the sessions that compute with it. */
export class Model {
  readonly source: Source;
  readonly path: string;
  readonly graph: Graph;
  readonly layers: readonly Layer[];
  readonly choices: Choices;
  readonly configuration: Configuration;
  /** The class names in use, and where they come from. */
  readonly naming: Labels;
  /** Undefined where the model takes no image. */
  readonly input: ResolvedInput | undefined;
  readonly explains: ExplainedValue;
  /** Which axes of each value lie over the image. */
  readonly axes: ReadonlyMap<string, Axes>;
  /** What the explained value depends on. */
  readonly needs: ReadonlyMap<string, Need>;
  /** Shapes with the symbols of the file, where it leaves height and width open. */
  readonly openShapes: ReadonlyMap<string, Shape>;
  readonly sessions: SessionCache;
  readonly summary: ModelSummary;
  readonly #options: OpenOptions;
  /** The same for other shapes; the last one that was asked for. */
  #reshaped: { readonly key: string; readonly model: Model } | undefined;

  /**
   * Reads a model and its configuration; no weight is read and nothing is computed yet.
   * @param file a path, or what was read of one before: choices are applied to it anew
   * @throws InspectumError as the readers and the configuration do
   */
  static open(file: string | Source, options: OpenOptions = {}): Model {
    const at = typeof file === 'string' ? path.resolve(file) : file.path;
    try {
      return new Model(typeof file === 'string' ? readSource(at) : file, options);
    } catch (cause) {
      if (cause instanceof InspectumError) throw cause;
      // A damaged file can say anything: an attribute of another type, a weight where a shape should be.
      throw new InspectumError('corrupt', `${at}: makes no sense as a model: ${(cause as Error).message}. It is damaged.`, { cause });
    }
  }

  private constructor(source: Source, options: OpenOptions) {
    const {
      config,
      engine = onnxRuntime,
      choices = {},
      shapes,
      learnt,
      memoryLimit = machineLimit(),
      frugal = false,
      ...engineOptions
    } = options;
    this.#options = options;
    this.source = source;
    this.path = source.path;
    this.choices = choices;
    this.configuration = readConfiguration(this.path, { choices, metadata: source.metadata, ...(config !== undefined && { config }) });
    const input = resolveInput(source.graph.inputs, this.configuration, source.graph);
    this.input = input && ofShape(input, shapes?.get(input.port));
    const sized = this.input && sizedInput(this.input, shapes?.get(this.input.port) ?? portOf(source.graph, this.input.port)?.shape);
    const fixed = new Map([...(shapes ?? []), ...(sized ? [sized] : [])]);
    const inference = resolveSequences(inlineBranches(inferShapes(source.graph, fixed)));
    this.graph = withShapes(foldConstants(inference.graph, inference), learnt);
    this.openShapes = this.input && leavesOpen(source.graph, this.input.port) ? shapesOf(inferShapes(source.graph).graph) : new Map();
    const pictures = this.graph.inputs.flatMap((port) => {
      const found = imagePort([port]);
      return found ? [{ name: port.name, layout: port.name === this.input?.port ? this.input.layout : found.layout }] : [];
    });
    this.axes = imageAxes(this.graph, pictures, checkedGrids(choices.tokens));
    const groups = groupsOf(this.graph, { isOpen: this.openShapes.size > 0 });
    this.layers = layerTree(this.graph, {
      groups,
      cells: (value) => cellsOf(this.graph, this.axes, value),
      shape: (value) => this.shownShape(value),
    });
    this.explains = explainedValue(this.graph, this.configuration.output, choices);
    this.needs = needsOf(this.graph, this.axes, this.explains.value);
    this.naming = labelsOf({
      modelPath: this.path,
      graph: source.graph,
      classes: this.classCount(),
      takesImage: this.input !== undefined,
      choice: choices.labels,
      said: this.configuration.names,
    });
    this.sessions = new SessionCache(engine, engineOptions, { limit: memoryLimit, frugal }, () => source.files.check());
    this.summary = summarise(this, [...source.notes, ...inference.problems.map((p) => `${p.node}: ${p.message}`)]);
  }

  /** A layer as a person names it. @throws InspectumError 'usage' where there is none, or several */
  findLayer(name: string): LayerValues {
    return findLayer(name, this.layers, this.graph);
  }

  /** A layer by its id in the tree. */
  layerOfRow(id: string): LayerValues {
    return layerOfRow(id, this.layers, this.graph);
  }

  /** Name of the value that is explained. */
  get output(): string {
    return this.explains.value;
  }

  /** What the explained value is called to people: logits by the output that they lead to, as their own name is mostly made up. */
  get outputName(): string {
    const { what, output, value } = this.explains;
    return what === 'logits' ? `logits of ${output}` : value;
  }

  /** Whether it is to get by with little memory. */
  get frugal(): boolean {
    return this.#options.frugal ?? false;
  }

  get scale(): Scale {
    return this.explains.scale;
  }

  /**
   * Values of the layers that the tree shows with cells through which the image reaches the explained value, each once, in order, with
   * how they lie over the image.
   */
  layersWithCells(): ReadonlyMap<string, Cells> {
    return new Map(this.#shownCells().filter(([value]) => this.needs.get(value) === 'all'));
  }

  /** The other layers with cells that the tree shows. */
  layersPastCells(): string[] {
    return [...new Set(this.#shownCells().map(([value]) => value))].filter((value) => this.needs.get(value) !== 'all');
  }

  #shownCells(): (readonly [value: string, cells: Cells])[] {
    return [...allLayers(this.layers)].flatMap((row) => (row.cells && !row.plumbing ? [[row.output, row.cells] as const] : []));
  }

  /** Axes of one example of the explained value that lie over the image's height and width; undefined where there are none. */
  get imageAxes(): readonly [row: number, column: number] | undefined {
    const axes = this.axes.get(this.output);
    const [row, column] = axes ? [axes.indexOf('row'), axes.indexOf('column')] : [-1, -1];
    const extent = (axis: number): Dim => this.shapeOf(this.output)?.[axis] ?? 1;
    return row > 0 && column > 0 && extent(row) !== 1 && extent(column) !== 1 ? [row - 1, column - 1] : undefined;
  }

  /** The value that `--output` names, or the first output. */
  explained(name?: string): string {
    if (name === undefined) return this.output;
    const made = this.graph.nodes.flatMap((node) => node.outputs).filter((value) => value !== '');
    if (made.includes(name)) return numbersOf(tensorBehind(this.graph, name), this.graph);
    throw new InspectumError(
      'usage',
      `${this.path}: has no output or value ${JSON.stringify(name)}. Its outputs are: ${this.graph.outputs.map((o) => o.name).join(', ')}. The nearest values are: ${nearest(name, made).join(', ')}.`,
    );
  }

  /** How an image becomes the input of this name; undefined where that takes none. */
  imageInput(port: string): ResolvedInput | undefined {
    return port === this.input?.port
      ? this.input
      : resolveInput(
          this.graph.inputs.filter((p) => p.name === port),
          this.configuration,
          this.source.graph,
        );
  }

  /** The class names in use; undefined where the classes are numbered. */
  get labels(): readonly string[] | undefined {
    return this.naming.names;
  }

  /** As methods ask for sessions. */
  readonly session: SubjectOptions['session'] = (key, build, options) => this.sessions.get(key, build, options);

  shapeOf(value: string): Shape | undefined {
    return this.graph.values.get(value)?.shape;
  }

  /** The shape with the symbols of the file. */
  shownShape(value: string): Shape | undefined {
    return this.openShapes.get(value) ?? this.shapeOf(value);
  }

  /**
   * This model, or the same for inputs of these dimensions where the file leaves some open other than the batch. It is released with this
   * one, or when other dimensions are asked for.
   * @param dims of inputs, the batch included
   */
  forInputs(dims: ReadonlyMap<string, readonly number[]>): Model {
    const shapes = new Map(
      this.source.graph.inputs.flatMap(({ name, shape }) => {
        const given = dims.get(name);
        const fixed = given && fixedShape(shape, given);
        return fixed ? [[name, fixed] as const] : [];
      }),
    );
    return isAs(this, shapes) ? this : this.#with({ shapes });
  }

  /** The same for inputs and values of these shapes; released as with `forInputs`. */
  withShapes(shapes: ReadonlyMap<string, Shape>, learnt: ReadonlyMap<string, Shape>): Model {
    return this.#with({ shapes, learnt });
  }

  #with(options: Pick<OpenOptions, 'shapes' | 'learnt'>): Model {
    const key = JSON.stringify(Object.values(options).map((shapes) => [...shapes]));
    if (this.#reshaped?.key === key) return this.#reshaped.model;
    void this.#reshaped?.model.release();
    const model = Model.open(this.source, { ...this.#options, ...options });
    this.#reshaped = { key, model };
    return model;
  }

  async release(): Promise<void> {
    await Promise.all([this.sessions.release(), this.#reshaped?.model.release()]);
  }

  /** Number of classes where the explained value is a vector of them; undefined where it is none, or only running tells. */
  classCount(): number | undefined {
    const dims = this.shapeOf(this.output)?.slice(1);
    if (!dims || !this.isClassVector(dims)) return undefined;
    const count = dims.find((dim) => dim !== 1) ?? 1;
    return typeof count === 'number' ? count : undefined;
  }

  /** @param dims of one example of the explained value */
  isClassVector(dims: Shape): boolean {
    return dims.length > 0 && dims.filter((dim) => dim !== 1).length <= 1 && !isEmbedding(this.graph, this.output);
  }
}

/** @throws InspectumError 'usage' for a grid that is none, or does not fit into its sequence */
function checkedGrids(grids: readonly TokenGrid[] = []): readonly TokenGrid[] {
  for (const { tokens, height, width, skip } of grids) {
    const isGrid = [height, width].every((n) => Number.isInteger(n) && n > 0) && Number.isInteger(skip) && skip >= 0;
    if (!isGrid || skip + height * width > tokens)
      throw new InspectumError(
        'usage',
        `A grid of ${height}×${width} after ${skip} others does not fit into a sequence of ${tokens} tokens.`,
      );
  }
  return grids;
}

/** The image input's shape with height, width and channels fixed, so that shapes downstream are numbers. */
function sizedInput(input: ResolvedInput, shape: Shape | undefined): readonly [name: string, shape: Shape] {
  const [height, width] = input.size;
  const channels = CHANNELS[input.channels].length;
  const [batch = 'batch'] = shape ?? [];
  return [input.port, input.layout === 'NCHW' ? [batch, channels, height, width] : [batch, height, width, channels]];
}

function withShapes(graph: Graph, shapes: ReadonlyMap<string, Shape> = new Map()): Graph {
  if (shapes.size === 0) return graph;
  const values = new Map(graph.values);
  for (const [name, shape] of shapes) values.set(name, { ...values.get(name), shape });
  return { ...graph, values };
}

const shapesOf = ({ values }: Graph): ReadonlyMap<string, Shape> =>
  new Map([...values].flatMap(([name, { shape }]) => (shape ? [[name, shape] as const] : [])));

const portOf = ({ inputs }: Graph, name: string): Port | undefined => inputs.find((port) => port.name === name);

/** Whether a file leaves dimensions of an input open other than the batch. */
const leavesOpen = (graph: Graph, input: string): boolean =>
  portOf(graph, input)
    ?.shape?.slice(1)
    .some((dim) => typeof dim === 'string') ?? false;

/** An input's shape with what is open in it, but for the batch, as it was given; undefined where nothing is, or another rank was given. */
function fixedShape(shape: Shape | undefined, given: readonly number[]): Shape | undefined {
  if (!shape) return ['batch', ...given.slice(1)];
  if (shape.length !== given.length || isStatic(shape.slice(1))) return undefined;
  return shape.map((dim, axis) => (axis === 0 || typeof dim === 'number' ? dim : (given[axis] as number)));
}

/** Whether a model's inputs, but for their batches, have these shapes. */
const isAs = ({ graph }: Model, shapes: ReadonlyMap<string, Shape>): boolean =>
  [...shapes].every(([name, shape]) => {
    const known = graph.inputs.find((port) => port.name === name)?.shape;
    return known?.length === shape.length && shape.every((dim, axis) => axis === 0 || dim === known[axis]);
  });

/** The image input for a shape that was given. */
function ofShape(input: ResolvedInput, shape: Shape | undefined): ResolvedInput {
  const size = input.layout === 'NCHW' ? shape?.slice(2) : shape?.slice(1, 3);
  const [height, width] = size ?? [];
  if (typeof height !== 'number' || typeof width !== 'number') return input;
  const given = [height, width] as const;
  return { ...input, size: given, sizeFrom: 'image', preprocessing: { ...input.preprocessing, size: given } };
}
