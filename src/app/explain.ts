import { Subject } from '../attribution/evaluation/subject.ts';
import { flatTarget, SEED_INPUT, TARGET_INPUT, targetFeed } from '../attribution/evaluation/target.ts';
import { cellMapOf } from '../attribution/layer/cellMap.ts';
import { unitContributions } from '../attribution/layer/unitContributions.ts';
import { type Attribution, gradientCost } from '../attribution/method.ts';
import type { Waiting } from '../attribution/work.ts';
import { cellsOf } from '../graph/imageAxes.ts';
import { isRecurrent } from '../graph/recurrentLayout.ts';
import type { AttributionView, Estimate, Recipe } from '../protocol/methods.ts';
import type { Cell, LayerExplanation, LayerMap, Prediction, Sweep, UnitContributions } from '../protocol/model.ts';
import type { Target } from '../protocol/target.ts';
import { InspectumError } from '../tensor/errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { baselinePictures } from './input/baselinePictures.ts';
import { attribute, type Feeds, type Place, scoresOf } from './methods/attribute.ts';
import { attributionView } from './methods/attributionView.ts';
import { passesOf } from './methods/methodCatalog.ts';
import type { Model } from './model.ts';
import { prepareSweep, toldBy } from './sweep/prepareSweep.ts';
import { strongestUnits } from './sweep/strongestUnits.ts';
import { defaultTarget } from './target/defaultTarget.ts';
import { parseNeuron } from './target/neuron.ts';
import { whereNotNumbers } from './target/notNumbers.ts';
import { explained, type Outcome, outcomeOf, seedOfTarget } from './target/outcome.ts';
import { describeScale, topClasses } from './target/scores.ts';
import { perUnit } from './target/unitsOfLayer.ts';

const TOP = 5;

export interface SweepWaiting {
  /** Between what prepares a pass and the pass, which cannot be stopped: throws where nobody waits for it any more. */
  readonly prepared?: () => Promise<void>;
}

/** One model with one input: the sweep is computed once per target, a layer that it holds is answered from it. */
export class Explainer {
  readonly model: Model;
  readonly feeds: Feeds;
  #sweep: Sweep | undefined;
  #outcome: Outcome | undefined;

  constructor(model: Model, feeds: Feeds) {
    this.model = model;
    this.feeds = feeds;
  }

  /** Prediction, and Grad-CAM of every layer with cells, or the last ones that fit, for `target` (default: see `defaultTarget`). */
  async sweep(target?: Target, { prepared }: SweepWaiting = {}): Promise<Sweep> {
    const known = this.#sweep;
    if (known && isSame(known.target.target, target ?? defaultTarget(this.model, await this.#forward()))) return known;
    // The scores of a quantised model are those of its integers; the sweep computes in floating point.
    const integers = this.model.source.isQuantized ? await this.#forward() : undefined;
    const wanted = target ?? (integers && defaultTarget(this.model, integers));
    const told = toldBy(this.model, wanted);
    const feed =
      told === 'element' ? { [TARGET_INPUT]: targetFeed(classIndex(this.model, wanted)) } : { [SEED_INPUT]: await this.#seed(wanted) };
    const { session, sweep, left } = await prepareSweep(this.model, told).catch((error) => {
      throw inMemoryWords(error, (figures) => `Layers cannot be explained together. ${figures}`);
    });
    await prepared?.();
    const started = performance.now();
    const results = await session.run({ ...this.feeds, ...feed });
    const ms = performance.now() - started;
    this.#outcome ??= outcomeOf(this.model, results[sweep.scores] as Tensor<'float32'>);
    const result = explained(this.model, this.#outcome, wanted ?? defaultTarget(this.model, this.#outcome));
    const notNumbers = Number.isNaN(result.score) ? await whereNotNumbers(this.model, this.feeds) : undefined;
    const isNegated = told === 'element' && result.negated === true;
    const maps = [...sweep.maps].map(([output, name]) => layerMap(output, results[name] as Tensor<'float32'>, isNegated));
    this.#sweep = {
      prediction: this.#prediction(this.#outcome),
      target: result,
      maps,
      unreachable: [...sweep.unreachable, ...this.model.layersPastCells()],
      refusals: [...(left === undefined ? [] : [left]), ...sweep.refusals],
      ...(notNumbers !== undefined && { notNumbers }),
      ms,
    };
    return this.#sweep;
  }

  /** The sweep; where none fits into memory the prediction, with the reason, and every layer is left to `explain`. */
  async sweepAsFits(target?: Target, waiting?: SweepWaiting): Promise<Sweep> {
    try {
      return await this.sweep(target, waiting);
    } catch (error) {
      if (!(error instanceof InspectumError && error.kind === 'memory')) throw error;
      const outcome = await this.#forward();
      return {
        prediction: this.#prediction(outcome),
        target: explained(this.model, outcome, target ?? defaultTarget(this.model, outcome)),
        maps: [],
        unreachable: this.model.layersPastCells(),
        refusals: [`${error.message} Layers are explained one by one instead, when they are chosen.`],
        ms: 0,
      };
    }
  }

  /** The prediction alone, by a forward pass if no sweep was possible. */
  async prediction(): Promise<Prediction> {
    return this.#prediction(await this.#forward());
  }

  /** One layer: from the sweep where it is there, else by a pass of its own. */
  async explain(layerId: string, target?: Target): Promise<LayerExplanation> {
    const model = this.model;
    const layer = model.layerOfRow(layerId);
    const outcome = await this.#forward();
    const result = explained(model, outcome, target ?? defaultTarget(model, outcome));
    const map = this.#sweep && isSame(this.#sweep.target.target, result.target) && this.#sweep.maps.find((m) => m.output === layer.output);
    if (map) return { kind: 'map', map, target: result, ms: 0 };
    const cells = cellsOf(model.graph, model.axes, layer.output);
    if (cells && model.needs.get(layer.output) === 'outside') return { kind: 'none', target: result, why: PAST_CELLS };
    const shape = model.shapeOf(layer.output);
    if (!shape)
      return {
        kind: 'none',
        target: result,
        why: 'The shape of this layer is not known before the model runs, so it cannot be explained.',
      };
    const subject = new Subject({
      graph: model.graph,
      axes: model.axes,
      session: model.session,
      feeds: this.feeds,
      attributed: [],
      output: model.output,
      target: seedOfTarget(result.target, outcome.tensor, model.output),
    });
    const started = performance.now();
    try {
      if (cells) {
        const cam = await cellMapOf(subject, layer, cells);
        return { kind: 'map', map: layerMap(layer.output, cam, false), target: result, ms: performance.now() - started };
      }
      const recurrent = model.graph.nodes.some((node) => isRecurrent(node) && node.outputs.includes(layer.output));
      const { data } = await unitContributions(subject, layer, shape, recurrent ? shape.length - 1 : unitAxisOf(shape));
      const what = recurrent
        ? `This layer is ${formatShape(shape)} values, the last axis its hidden units`
        : `One example of this layer is ${formatShape(shape.slice(1))}${shape.length > 1 ? ` values` : ''}`;
      const why = `${what}, not a grid of height and width, so there is no map. The bars show activation × gradient of each unit.`;
      return {
        kind: 'units',
        units: strongestUnits(layer.output, data, why),
        target: result,
        ms: performance.now() - started,
      };
    } catch (error) {
      const told = inMemoryWords(error, (figures) => `This layer cannot be explained. ${figures} Layers nearer to the output need less.`);
      if (told instanceof InspectumError && (told.kind === 'unsupported' || told.kind === 'memory'))
        return { kind: 'none', why: told.message, target: result };
      throw error;
    }
  }

  /** The units of a layer by activation × gradient: summed over all of it, or in one of its cells. */
  async units(layerId: string, cell?: Cell, target?: Target): Promise<UnitContributions> {
    const { model, feeds } = this;
    const { id, output } = model.layerOfRow(layerId);
    const outcome = await this.#forward();
    const { target: wanted } = explained(model, outcome, target ?? defaultTarget(model, outcome));
    const job = { method: 'LayerGradientXActivation', layer: id, feeds, target: placeOf(wanted), set: {} };
    const { attribution } = await attribute(model, job);
    const cells = cellsOf(model.graph, model.axes, output);
    const { dims } = attribution;
    const values = perUnit(attribution, cells, unitAxisOf(dims), cell);
    const where = cell ? `in row ${cell.row} and column ${cell.column}` : 'in all of its cells together';
    return strongestUnits(output, values, `Activation × gradient of each unit ${cells ? where : 'of the layer'}.`);
  }

  /** How much a recipe would take, judged by the last sweep. */
  async estimate(recipe: Recipe): Promise<Estimate> {
    const passes = await passesOf(this.model, recipe, this.feeds);
    return { passes, ...(this.#sweep && { ms: (passes * this.#sweep.ms) / gradientCost() }) };
  }

  /** Any method, for the target that is explained otherwise too; the prediction is that of the model as it is. */
  async attribute(recipe: Recipe, { signal, report }: RecipeWaiting = {}): Promise<AttributionView> {
    const { model, feeds } = this;
    const outcome = await this.#forward();
    const target = explained(model, outcome, recipe.target ?? defaultTarget(model, outcome));
    const started = performance.now();
    const view = (result: Attribution, fraction?: number): AttributionView =>
      attributionView(model, recipe, result, { target, ms: performance.now() - started, ...(fraction !== undefined && { fraction }) });
    const progress: Waiting['progress'] = (done, total, partial) =>
      report?.(done / total, partial && (() => view(partial(), done / total)));
    const { neuron, ...asked } = recipe;
    const job = { ...asked, ...(neuron !== undefined && { neuron: parseNeuron(neuron) }), feeds, target: placeOf(target.target) };
    const result = await attribute(model, { ...job, waiting: { progress, ...(signal && { signal }) } });
    const { compared } = result;
    const pictures = compared?.asked.has(model.input?.port ?? '') ? baselinePictures(model, feeds, compared) : [];
    return { ...view(result), ...(pictures.length > 0 && { baselinePictures: pictures }) };
  }

  async #forward(): Promise<Outcome> {
    const forward = () => scoresOf(this.model, this.model.output, this.feeds);
    this.#outcome ??= outcomeOf(
      this.model,
      await forward().catch((error) => {
        throw inMemoryWords(
          error,
          (figures) =>
            `${this.model.path}: nothing of it can be computed, not even its prediction. ${figures} Its layers, their shapes and parameters are shown.`,
        );
      }),
    );
    return this.#outcome;
  }

  /** @throws InspectumError 'usage' where the target is out of range */
  async #seed(target: Target | undefined): Promise<Tensor> {
    const outcome = await this.#forward();
    const { target: checked } = explained(this.model, outcome, target ?? defaultTarget(this.model, outcome));
    return seedOfTarget(checked, outcome.tensor, this.model.output);
  }

  #prediction({ scores, dims }: Outcome): Prediction {
    const { outputName: output, scale } = this.model;
    return {
      output,
      dims,
      scale: scores ? describeScale(scale, scores.values.length) : describeValues(dims),
      top: scores ? topClasses(scores, TOP) : [],
    };
  }
}

/** Who waits for a recipe. */
export interface RecipeWaiting {
  readonly signal?: AbortSignal;
  /** @param partial what there is so far, where a part means something */
  readonly report?: (fraction: number, partial?: () => AttributionView) => void;
}

/** A class as its place: a graph that is told places serves all of them. */
const placeOf = (target: Target): Place | Target => (target.kind === 'class' && !target.negated ? target.index : target);

/** Batch first, units are channels (N, C, 1, 1), features (N, F), or the last axis of a sequence (N, T, F). */
const unitAxisOf = ({ length }: Shape): number => (length === 3 ? 2 : Math.min(1, length - 1));

/** An error for want of memory in other words, around its figures; any other as it is. */
const inMemoryWords = (error: unknown, words: (figures: string) => string): unknown =>
  error instanceof InspectumError && error.kind === 'memory' ? new InspectumError('memory', words(error.message), { cause: error }) : error;

const describeValues = (dims: readonly number[]): string =>
  dims.length > 1 ? `${dims.join('×')} values, not one vector of classes` : `${dims[0] ?? 'one'} values, which are no classes`;

const PAST_CELLS =
  'From here on only tokens outside the grid (the class token) are read, so no part of the image counts. Choose a layer before the last attention.';

/** Whether two targets are the same, however their fields are ordered. */
const isSame = (a: Target, b: Target): boolean =>
  a.kind === 'class' && b.kind === 'class' ? a.index === b.index && a.negated === b.negated : JSON.stringify(a) === JSON.stringify(b);

/** The first example's map of an attribution (N, 1, H, W). */
function layerMap(output: string, { dims, data }: Tensor<'float32'>, negated: boolean): LayerMap {
  const [, , height = 0, width = 0] = dims;
  const cells = data.slice(0, width * height);
  return { output, width, height, data: negated ? cells.map((v) => -v) : cells };
}

/** @throws InspectumError 'usage' where there is no such class */
const classIndex = (model: Model, target: Target | undefined): number =>
  target?.kind === 'class' ? flatTarget(target.index, [1, model.classCount() ?? 1], model.output) : -1;
