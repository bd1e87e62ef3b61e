import path from 'node:path';
import type { AttributionRequest, LayerValues } from '../attribution/method.ts';
import type { Engine, EngineOptions } from '../engines/engine.ts';
import { onnxRuntime } from '../engines/onnxruntime/engine.ts';
import { foldConstants } from '../graph/foldConstants.ts';
import type { Graph } from '../graph/graph.ts';
import type { Axes } from '../graph/imageAxes/axes.ts';
import { type Need, needsOf } from '../graph/imageAxes/reach.ts';
import { cellsOf, imageAxes } from '../graph/imageAxes.ts';
import { inferShapes } from '../graph/inferShapes.ts';
import { inlineBranches } from '../graph/inlineBranches.ts';
import type { Choices, TokenGrid } from '../protocol/choices.ts';
import type { Layer, ModelSummary } from '../protocol/model.ts';
import type { Cells } from '../tensor/cells.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Dim, Shape } from '../tensor/shape.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { imagePort, type ResolvedInput, resolveInput } from './convention.ts';
import { type ExplainedValue, explainedValue, isEmbedding } from './explainedValue.ts';
import { findLayer, layerOfRow, nearest } from './findLayer.ts';
import { type Labels, labelsOf } from './labels/labelling.ts';
import { allLayers, layerTree } from './layerTree.ts';
import type { Scale } from './scores.ts';
import { SessionCache } from './sessions.ts';
import { readSource, type Source } from './source.ts';
import { summarise } from './summary.ts';

export interface OpenOptions extends EngineOptions {
  /** An inspectum.json instead of the one beside the model. */
  readonly config?: string;
  readonly engine?: Engine;
  /** What a person has chosen; without choices the first output is explained, raw. */
  readonly choices?: Choices;
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
  readonly sessions: SessionCache;
  readonly summary: ModelSummary;

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

  private constructor(source: Source, { config, engine = onnxRuntime, choices = {}, ...engineOptions }: OpenOptions) {
    this.source = source;
    this.path = source.path;
    this.choices = choices;
    this.configuration = readConfiguration(this.path, { choices, metadata: source.metadata, ...(config !== undefined && { config }) });
    this.input = resolveInput(source.graph.inputs, this.configuration, source.graph);
    const inference = inlineBranches(inferShapes(source.graph, this.input && sizedInput(source.graph, this.input)));
    this.graph = foldConstants(inference.graph, inference);
    const pictures = this.graph.inputs.flatMap((port) => {
      const found = imagePort([port]);
      return found ? [{ name: port.name, layout: port.name === this.input?.port ? this.input.layout : found.layout }] : [];
    });
    this.axes = imageAxes(this.graph, pictures, checkedGrids(choices.tokens));
    this.layers = layerTree(this.graph, (value) => cellsOf(this.graph, this.axes, value));
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
    this.sessions = new SessionCache(engine, engineOptions, () => source.files.check());
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
    if (made.includes(name)) return name;
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
  readonly session: AttributionRequest['session'] = (key, build) => this.sessions.get(key, build);

  shapeOf(value: string): Shape | undefined {
    return this.graph.values.get(value)?.shape;
  }

  release(): Promise<void> {
    return this.sessions.release();
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
function sizedInput(graph: Graph, input: ResolvedInput): ReadonlyMap<string, Shape> {
  const [height, width] = input.size;
  const channels = input.channels === 'L' ? 1 : 3;
  const [batch = 'batch'] = graph.inputs.find((p) => p.name === input.port)?.shape ?? [];
  return new Map([[input.port, input.layout === 'NCHW' ? [batch, channels, height, width] : [batch, height, width, channels]]]);
}
