import { explainedShape } from '../attribution/gradientGraph.ts';
import { layerGradCam } from '../attribution/layer/layerGradCam.ts';
import { unitContributions } from '../attribution/layer/unitContributions.ts';
import type { AttributionRequest } from '../attribution/method.ts';
import { buildSweep, type SweepGraph } from '../attribution/sweep.ts';
import { flatTarget, TARGET_INPUT, targetFeed } from '../attribution/target.ts';
import type { Explained, LayerExplanation, LayerMap, Prediction, Sweep } from '../protocol/model.ts';
import type { ClassTarget, Target } from '../protocol/target.ts';
import { InspectumError } from '../tensor/errors.ts';
import { formatShape, isStatic, unravelIndex } from '../tensor/shape.ts';
import { sizeOf, type Tensor } from '../tensor/tensor.ts';
import { type Feeds, scoresOf } from './attribute.ts';
import type { Model } from './model.ts';
import { classScore, describeScale, nameOfClass, type Scores, scoresWith, topClasses, topTarget } from './scores.ts';

const TOP = 5;
/** Units that are sent to be shown; the rest are too small to see. */
const MAX_UNITS = 400;

/** One model with one input: the sweep is computed once per target, a layer that it holds is answered from it. */
export class Explainer {
  readonly #model: Model;
  readonly feeds: Feeds;
  #sweep: Sweep | undefined;
  #scores: Scores | undefined;

  constructor(model: Model, feeds: Feeds) {
    this.#model = model;
    this.feeds = feeds;
  }

  /** Prediction, and Grad-CAM of every layer with cells for `target` (default: the top class) in one pass. */
  async sweep(target?: Target): Promise<Sweep> {
    const known = this.#sweep;
    if (known && isSame(known.target.target, target ?? topTarget(await this.#forward()))) return known;
    const { session, sweep } = await prepareSweep(this.#model);
    const started = performance.now();
    const results = await session.run({ ...this.feeds, [TARGET_INPUT]: targetFeed(target ? this.#flat(target) : -1) });
    const ms = performance.now() - started;
    const scores = this.#scored((results[sweep.scores] as Tensor<'float32'>).data);
    const explained = this.#explained(scores, target ?? topTarget(scores));
    const maps = [...sweep.maps].map(([output, name]) => layerMap(output, results[name] as Tensor<'float32'>, explained.negated));
    this.#sweep = {
      prediction: this.#prediction(scores),
      target: explained,
      maps,
      unreachable: sweep.unreachable,
      refusals: sweep.refusals,
      ms,
    };
    return this.#sweep;
  }

  /** The prediction alone, by a forward pass if no sweep was possible. */
  async prediction(): Promise<Prediction> {
    return this.#prediction(await this.#forward());
  }

  /** One layer: from the sweep where it is there, else by a pass of its own. */
  async explain(layerId: string, target?: Target): Promise<LayerExplanation> {
    const model = this.#model;
    const layer = model.layerOfRow(layerId);
    const scores = await this.#forward();
    const wanted = target ?? topTarget(scores);
    const flat = this.#flat(wanted);
    const explained = this.#explained(scores, wanted);
    const map = this.#sweep && isSame(this.#sweep.target.target, wanted) && this.#sweep.maps.find((m) => m.output === layer.output);
    if (map) return { kind: 'map', map, target: explained, ms: 0 };
    const shape = model.shapeOf(layer.output);
    if (!shape)
      return {
        kind: 'none',
        target: explained,
        why: 'The shape of this layer is not known before the model runs, so it cannot be explained.',
      };
    const request: AttributionRequest = {
      graph: model.graph,
      session: model.session,
      feeds: this.feeds,
      input: model.input?.port ?? '',
      output: model.output,
      target: model.classCount() === undefined ? unravelIndex(flat, this.#dims()) : flat,
      layer,
      parameters: { attr_dim_summation: true },
    };
    const started = performance.now();
    try {
      const [, channels, height, width] = shape;
      if (shape.length === 4 && typeof height === 'number' && typeof width === 'number' && height * width > 1) {
        const cam = (await layerGradCam.attribute(request)) as Tensor<'float32'>;
        return { kind: 'map', map: layerMap(layer.output, cam, explained.negated), target: explained, ms: performance.now() - started };
      }
      const { data } = (await unitContributions(request, layer.output, shape)) as Tensor<'float32'>;
      const units = Array.from(data, (value, index) => ({ index, value: explained.negated ? -value : value }))
        .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
        .slice(0, MAX_UNITS);
      const why = `This layer has no height and width (one example is ${formatShape(shape.slice(1))}${channels === undefined ? '' : ` values`}), so there is no map to lay over the image. The bars show activation × gradient of each unit.`;
      return {
        kind: 'units',
        units: { output: layer.output, units, count: data.length, why },
        target: explained,
        ms: performance.now() - started,
      };
    } catch (error) {
      if (error instanceof InspectumError && error.kind === 'unsupported') return { kind: 'none', why: error.message, target: explained };
      throw error;
    }
  }

  async #forward(): Promise<Scores> {
    return this.#scores ?? this.#scored((await scoresOf(this.#model, this.#model.output, this.feeds)).data);
  }

  #scored(values: Float32Array): Scores {
    const { scale, labels } = this.#model;
    this.#scores = scoresWith(values, scale, labels);
    return this.#scores;
  }

  /** The place of a target in the explained value of one example. @throws InspectumError 'usage' where it is out of range */
  #flat(target: Target): number {
    if (target.kind === 'region')
      throw new InspectumError('unsupported', `${this.#model.path}: regions of ${this.#model.output} cannot be explained yet.`);
    return flatTarget(target.index, [1, sizeOf(this.#dims())], this.#model.output);
  }

  /** Dimensions of one example of the explained value. */
  #dims(): readonly number[] {
    const dims = explainedShape(this.#model.graph, this.#model.output).slice(1);
    if (!isStatic(dims))
      throw new InspectumError(
        'unsupported',
        `The shape ${formatShape(dims)} of ${this.#model.output} depends on the input, so no target can be chosen in it.`,
      );
    return dims;
  }

  #prediction(scores: Scores): Prediction {
    const { output, scale } = this.#model;
    const { length } = scores.values;
    const classes = this.#model.classCount() !== undefined;
    return {
      output,
      scale: classes ? describeScale(scale, length) : `${length} values, not one vector of classes`,
      top: classes ? topClasses(scores, TOP) : [],
    };
  }

  #explained(scores: Scores, target: Target): Explained {
    const isVector = this.#model.classCount() !== undefined;
    const classTarget: ClassTarget = target.kind === 'class' ? target : { kind: 'class', index: -1 };
    const score = classScore(isVector ? scores : { ...scores, probabilities: scores.values }, classTarget);
    return { ...score, target, text: nameOfClass(scores, score) };
  }
}

const isSame = (a: Target, b: Target): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The first example's map of an attribution (N, 1, H, W). */
function layerMap(output: string, { dims, data }: Tensor<'float32'>, negated: boolean | undefined): LayerMap {
  const [, , height = 0, width = 0] = dims;
  const cells = data.slice(0, width * height);
  return { output, width, height, data: negated ? cells.map((v) => -v) : cells };
}

const SWEEPS = new WeakMap<Model, SweepGraph>();

/** Builds the sweep of a model and its session, once. Called ahead of the first image, so that it is ready then. */
export async function prepareSweep(model: Model) {
  const session = await model.sessions.get('sweep', () => sweepOf(model).graph);
  return { sweep: sweepOf(model), session };
}

function sweepOf(model: Model): SweepGraph {
  const known = SWEEPS.get(model);
  if (known) return known;
  const sweep = buildSweep(model.graph, model.output, model.spatialValues());
  SWEEPS.set(model, sweep);
  return sweep;
}
