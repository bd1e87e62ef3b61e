import path from 'node:path';
import type { AttributionRequest, LayerValues } from '../attribution/method.ts';
import type { Engine, EngineOptions } from '../engines/engine.ts';
import { onnxRuntime } from '../engines/onnxruntime/engine.ts';
import { foldConstants } from '../graph/foldConstants.ts';
import type { Graph } from '../graph/graph.ts';
import { inferShapes } from '../graph/inferShapes.ts';
import { inlineBranches } from '../graph/inlineBranches.ts';
import type { Choices } from '../protocol/choices.ts';
import type { InputConvention, Layer, ModelSummary } from '../protocol/model.ts';
import { InspectumError } from '../tensor/errors.ts';
import { formatShape, isStatic, type Shape } from '../tensor/shape.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { type ResolvedInput, resolveInput } from './convention.ts';
import { findLayer, layerOfRow, nearest } from './findLayer.ts';
import { type Labels, labelsOf } from './labels/labelling.ts';
import { allLayers, layerTree } from './layerTree.ts';
import { logitsBefore, type Scale, scaleOf } from './scores.ts';
import { SessionCache } from './sessions.ts';
import { readSource, type Source } from './source.ts';

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
  /** The value that is explained: an output, or what goes into its last Softmax, LogSoftmax or Sigmoid. */
  readonly output: string;
  readonly scale: Scale;
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
    const { graph, problems } = inlineBranches(inferShapes(source.graph, this.input && sizedInput(source.graph, this.input)));
    this.graph = foldConstants(graph);
    this.layers = layerTree(this.graph);
    const explained = this.graph.outputs.find(({ name }) => name === choices.output) ?? this.graph.outputs[0];
    if (!explained) throw new InspectumError('corrupt', `${this.path}: the graph has no output.`);
    const logits = logitsBefore(this.graph, explained.name);
    const chosen = choices.explain === 'logits' ? logits : undefined;
    this.output = chosen?.value ?? explained.name;
    this.scale = chosen?.scale ?? scaleOf(this.graph, this.output, this.configuration.output);
    this.naming = labelsOf({
      modelPath: this.path,
      graph: source.graph,
      classes: this.classCount(),
      takesImage: this.input !== undefined,
      choice: choices.labels,
      said: this.configuration.names,
    });
    this.sessions = new SessionCache(engine, engineOptions, () => source.files.check());
    const dims = this.shapeOf(this.output)?.slice(1);
    const explains = {
      what: chosen ? 'logits' : 'output',
      value: this.output,
      ...(logits && { operator: logits.operator }),
      ...(dims && isStatic(dims) && { dims }),
      outputs: this.graph.outputs.map(({ name }) => name),
    } as const;
    this.summary = this.#summarise(explains, [...source.notes, ...problems.map((p) => `${p.node}: ${p.message}`)]);
  }

  /** A layer as a person names it. @throws InspectumError 'usage' where there is none, or several */
  findLayer(name: string): LayerValues {
    return findLayer(name, this.layers, this.graph);
  }

  /** A layer by its id in the tree. */
  layerOfRow(id: string): LayerValues {
    return layerOfRow(id, this.layers, this.graph);
  }

  /** Values of the layers with cells that the tree shows, each once, in order. */
  spatialValues(): string[] {
    return [...new Set([...allLayers(this.layers)].filter((l) => l.cells && !l.plumbing).map((l) => l.output))];
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

  #summarise(explains: ModelSummary['explains'], problems: readonly string[]): ModelSummary {
    const rows = [...allLayers(this.layers)].filter((l) => l.children.length === 0 || l.op !== undefined);
    const nodes = [...allLayers(this.layers)].filter((l) => l.op !== undefined);
    const defaultLayer = rows.filter((l) => l.cells && !l.plumbing).at(-1);
    const classes = this.classCount();
    const { labels } = this;
    const port = ({ name, dtype, shape }: Graph['inputs'][number]) => ({
      name,
      dtype: dtype ?? 'unknown',
      shape: shape ? formatShape(shape) : 'unknown',
    });
    const { labelling } = this.naming;
    return {
      path: this.path,
      fileName: path.basename(this.path),
      format: this.source.format,
      parameters: nodes.reduce((sum, l) => sum + l.parameters, 0),
      ...(nodes.every((l) => l.macs !== undefined) && { macs: nodes.reduce((sum, l) => sum + (l.macs ?? 0), 0) }),
      inputs: this.graph.inputs.map((input) => ({ ...port(input), takes: this.imageInput(input.name) ? 'image' : 'array' })),
      outputs: this.graph.outputs.map(port),
      layers: this.layers,
      ...(defaultLayer && { defaultLayer: defaultLayer.id }),
      ...(this.input && { input: shownInput(this.input) }),
      ...(classes !== undefined && { classes }),
      ...(labels && { labels }),
      ...(labelling && { labelling }),
      explains,
      tokenGrids: [],
      notes: [...(labelling?.mismatch ? [labelling.mismatch] : []), ...this.configuration.notes, ...this.naming.notes, ...problems],
      files: { model: this.source.files.paths, configuration: [...this.configuration.files, ...this.naming.files] },
    };
  }

  /** Number of classes where the output is a vector per example. */
  classCount(): number | undefined {
    const dims = this.shapeOf(this.output)?.slice(1);
    const long = dims?.filter((d) => d !== 1) ?? [];
    if (!dims || dims.length === 0 || long.length > 1) return undefined;
    const [count = 1] = long;
    return typeof count === 'number' ? count : undefined;
  }
}

const shownInput = ({ port, dtype, preprocessing, ...shown }: ResolvedInput): InputConvention => shown;

/** The image input's shape with height, width and channels fixed, so that shapes downstream are numbers. */
function sizedInput(graph: Graph, input: ResolvedInput): ReadonlyMap<string, Shape> {
  const [height, width] = input.size;
  const channels = input.channels === 'L' ? 1 : 3;
  const [batch = 'batch'] = graph.inputs.find((p) => p.name === input.port)?.shape ?? [];
  return new Map([[input.port, input.layout === 'NCHW' ? [batch, channels, height, width] : [batch, height, width, channels]]]);
}
