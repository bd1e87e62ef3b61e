import { Baselines } from '../../attribution/baselines.ts';
import { channelsFirst } from '../../attribution/evaluation/channels.ts';
import { type Feeds, Subject } from '../../attribution/evaluation/subject.ts';
import type { Place, Seed } from '../../attribution/evaluation/target.ts';
import { INTERPOLATE_MODES } from '../../attribution/evaluation/upsampled.ts';
import { METHODS } from '../../attribution/index.ts';
import { oneOfSeveral } from '../../attribution/layer/layerValue.ts';
import type { Attribution, AttributionPart, AttributionRequest, Method } from '../../attribution/method.ts';
import { Random } from '../../attribution/random.ts';
import { type NoiseTunnelParameters, throughNoise } from '../../attribution/sampling/noiseTunnel.ts';
import { type Waiting, Work } from '../../attribution/work.ts';
import { layoutOf } from '../../graph/imageAxes/layout.ts';
import { interpolate } from '../../image/interpolate.ts';
import type { BaselineSpec, UsedBaseline } from '../../protocol/baselines.ts';
import type { Target } from '../../protocol/target.ts';
import { isFloat } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { ParameterValues } from '../../tensor/parameters.ts';
import { unravelIndex } from '../../tensor/shape.ts';
import { sizeOf, type Tensor, tensor } from '../../tensor/tensor.ts';
import { type ReadBaselines, readBaselines } from '../input/readBaselines.ts';
import { withMasks } from '../input/readMask.ts';
import type { Model } from '../model.ts';
import { describeNeuron, type NeuronSelector, neuronOf } from '../target/neuron.ts';
import { seedOfTarget, targetWithin } from '../target/outcome.ts';
import { indexOfMax } from '../target/scores.ts';
import { nearest } from '../tree/findLayer.ts';
import { settingsOf } from './methodSettings.ts';
import { type AskedMetrics, measured } from './metrics.ts';
import { partLayout } from './partLayout.ts';
import { notFiniteRemark, nothingPositiveRemark, sharedTargetRemark } from './resultRemarks.ts';

export type { Feeds, Place };

export interface AttributionJob {
  /** Captum's class name. */
  readonly method: string;
  readonly feeds: Feeds;
  readonly layer?: string;
  /** A class, an element or none; a scalar of any other kind; `undefined`: the top prediction. */
  readonly target?: Place | Target;
  /** The explained value; default the first output. */
  readonly output?: string;
  /** Of a neuron method. */
  readonly neuron?: NeuronSelector;
  /** As a person says it; default zero everywhere. */
  readonly baseline?: BaselineSpec;
  /** In its place: tensors that are ready. */
  readonly baselines?: Baselines;
  /** Parameters by Captum's names; `interpolate` for layer methods, `seed`, `noise_tunnel` and metrics for all. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly waiting?: Waiting;
}

export interface AttributionResult extends Omit<Attribution, 'parts'> {
  /** Of every attributed value: the inputs, or the layer's. */
  readonly parts: readonly [AttributionPart, ...AttributionPart[]];
  /** That of the value that stands for the layer; else the first of them. */
  readonly attribution: Tensor<'float32'>;
  readonly method: string;
  readonly parameters: ParameterValues;
  /** Where the method was wrapped in NoiseTunnel. */
  readonly noise_tunnel?: NoiseTunnelParameters;
  /** Parameters of the metrics that were asked for, by Captum's names. */
  readonly measured?: AskedMetrics;
  readonly target: Place | Target;
  readonly output: string;
  readonly layer?: string;
  /** As `--neuron` has it. */
  readonly neuron?: string;
  /** What the method has compared with, where a person can name it. */
  readonly baselines?: readonly UsedBaseline[];
  /** The same as it was fed. */
  readonly compared?: Baselines;
  /** Where the method has drawn random numbers. */
  readonly seed?: number;
}

/**
 * Runs one attribution method on one input.
 * @throws InspectumError 'usage' for a wrong method, layer, target or parameter; as the method and the engine do otherwise
 */
export async function attribute(model: Model, job: AttributionJob): Promise<AttributionResult> {
  const method = methodNamed(job.method);
  refuseUnused(method, job);
  const { mode, seed, tunnel, metrics: asked, parameters } = settingsOf(method, job.set);
  if (method.level !== 'layer' && mode !== undefined)
    throw new InspectumError('usage', `"interpolate" is for layer methods; ${method.name} already has the input's size.`);
  const layer = job.layer === undefined ? undefined : model.findLayer(job.layer);
  const output = model.explained(job.output);
  const assumed = method.needsTarget && job.target === undefined ? await topPlace(model, output, job.feeds) : undefined;
  const wanted = !method.needsTarget ? null : (assumed ?? job.target ?? null);
  const { target, told } = isScalar(wanted) ? await seeded(model, output, wanted, job.feeds) : { target: wanted, told: wanted };
  const subject = new Subject({
    graph: model.graph,
    axes: model.axes,
    session: model.session,
    feeds: job.feeds,
    attributed: attributedInputs(model),
    output,
    target: told,
  });
  const ofInput = parameters.attribute_to_neuron_input === true;
  const neuron = layer && job.neuron && (await neuronOf(subject, layer, job.neuron, ofInput));
  const { baselines, used } = await baselinesOf(model, method, job, seed);
  const random = new Random(seed);
  const work = new Work(job.waiting);
  const isMeasured = Object.keys(asked).length > 0;
  const request = {
    subject: neuron && !method.needsTarget ? subject.explaining(neuron.value, neuron.selector) : subject,
    ...(layer && { layer }),
    ...(neuron && { neuron }),
    baselines,
    parameters: await withMasks(method.parameters, parameters, { model, subject }),
    random,
    work: isMeasured ? work.part(0, 2, true) : work,
  };
  const explain = (own: AttributionRequest) => (tunnel ? throughNoise(method, own, tunnel) : method.attribute(own));
  const attribution = await explain(request);
  const metrics = await measured(asked, {
    ...request,
    method: method.name,
    level: method.level,
    attribution,
    work: work.part(1, 2),
    explain: (moved, work) => explain({ ...request, subject: moved, work, random: new Random(seed) }),
  });
  const { parts, remarks = [], delta, ...rest } = attribution;
  const ofResult = [
    notFiniteRemark(parts, { feeds: job.feeds, baselines: () => comparedWith(baselines, subject) }),
    nothingPositiveRemark(parts, parameters),
    assumed === undefined ? undefined : sharedTargetRemark(assumed, subject.examples),
  ];
  const ofNeuron = layer && neuron ? oneOfSeveral({ layer, parameters: { attribute_to_layer_input: ofInput } }) : [];
  const said = [...ofResult.filter((remark) => remark !== undefined), ...ofNeuron, ...remarks];
  const own = parts.find(({ name }) => name === layer?.output) ?? parts[0];
  const shown =
    mode === undefined
      ? parts
      : parts.map((part) =>
          part === own || part.tensor.dims.length === 4
            ? { ...part, tensor: upsample(model, part, mode, inputExtents(model, job), method.name) }
            : part,
        );
  return {
    ...rest,
    ...(delta && parameters.return_convergence_delta !== false && { delta }),
    ...(said.length > 0 && { remarks: said }),
    ...(metrics && { metrics }),
    parts: shown as unknown as Attribution['parts'],
    attribution: (shown[parts.indexOf(own)] as AttributionPart).tensor,
    method: method.name,
    parameters,
    ...(tunnel && { noise_tunnel: tunnel }),
    ...(metrics && { measured: asked }),
    target,
    output,
    ...(layer && { layer: layer.id }),
    ...(job.neuron && { neuron: describeNeuron(job.neuron) }),
    ...(used && { baselines: used(baselines.asked), compared: baselines }),
    ...(random.drawn && { seed }),
  };
}

/** The baselines that a method wanted, of the inputs. */
const comparedWith = (baselines: Baselines, { point }: Subject): ReadonlyMap<string, ArrayLike<number>> =>
  new Map([...baselines.asked].flatMap((name) => (point[name] ? [[name, baselines.all(name, point[name]).data] as const] : [])));

/** @throws InspectumError as `readBaselines` does */
async function baselinesOf(
  model: Model,
  method: Method,
  { feeds, baseline = DEFAULT_BASELINE, baselines }: AttributionJob,
  seed: number,
): Promise<Pick<ReadBaselines, 'baselines'> & Partial<ReadBaselines>> {
  if (baselines || method.baselines === 'none') return { baselines: baselines ?? new Baselines() };
  return readBaselines(model, feeds, baseline, seed);
}

const DEFAULT_BASELINE: BaselineSpec = 'zero';

/** The image, and the other inputs of floating-point numbers; where there is none of them the first input. */
export function attributedInputs({ graph, input }: Model): readonly string[] {
  const found = graph.inputs.filter(({ name, dtype }) => name === input?.port || dtype === undefined || isFloat(dtype));
  return (found.length > 0 ? found : graph.inputs.slice(0, 1)).map(({ name }) => name);
}

interface Extents {
  readonly height: number;
  readonly width: number;
}

/** The height and width that layer attributions are brought to. */
function inputExtents(model: Model, { feeds }: AttributionJob): Extents | undefined {
  const name = model.input?.port ?? model.graph.inputs[0]?.name ?? '';
  const dims = feeds[name]?.dims ?? [];
  const [height, width] = layoutOf(model.axes.get(name), dims.length)
    .spatial.slice(-2)
    .map((axis) => dims[axis]);
  return height === undefined || width === undefined ? undefined : { height, width };
}

/** What a method would ignore is refused, so that nobody takes the result for another; what it needs is asked for. */
function refuseUnused({ name, level, baselines }: Method, job: AttributionJob): void {
  const usage = (message: string): never => {
    throw new InspectumError('usage', `${name} ${message}`);
  };
  const given = job.baselines !== undefined || job.baseline !== undefined;
  if (level === 'primary' && job.layer !== undefined) usage('explains the input, not a layer: leave out --layer.');
  if (level !== 'primary' && job.layer === undefined) usage('needs a layer: say which with --layer.');
  if (level !== 'neuron' && job.neuron !== undefined) usage('explains no single neuron: leave out --neuron.');
  if (level === 'neuron' && job.neuron === undefined) usage('needs a neuron of the layer: say which with --neuron I,J,K.');
  if (baselines === 'none' && given) usage('compares with no baseline: leave out --baseline.');
  if (baselines === 'distribution' && !given) usage('draws from several baselines: give them with --baseline FILE.npy.');
}

/** @throws InspectumError 'usage' with the nearest names */
export function methodNamed(name: string): Method {
  const method: Method | undefined = Object.hasOwn(METHODS, name) ? METHODS[name as keyof typeof METHODS] : undefined;
  if (!method)
    throw new InspectumError(
      'usage',
      `There is no method ${JSON.stringify(name)}. The nearest names are: ${nearest(name, Object.keys(METHODS)).join(', ')}.`,
    );
  return method;
}

/** A scalar that is no single element becomes a seed, for which the explained value is computed. */
async function seeded(model: Model, output: string, scalar: Target, feeds: Feeds): Promise<{ target: Target; told: Seed }> {
  const scores = await scoresOf(model, output, feeds);
  const dims = scores.dims.slice(1);
  if (scalar.kind === 'class' && scalar.negated && sizeOf(dims) !== 1)
    throw new InspectumError('usage', `--target negation is for a single score, but ${output} has ${dims.join('×')} values per example.`);
  const target = targetWithin(scalar, dims, output);
  return { target, told: seedOfTarget(target, scores, output) };
}

const isScalar = (target: Place | Target): target is Target => typeof target === 'object' && target !== null && 'kind' in target;

/** The flat index of the highest value of the explained output, per captum's usual call on the top class. */
async function topPlace(model: Model, output: string, feeds: Feeds): Promise<Place> {
  const scores = await scoresOf(model, output, feeds);
  const best = indexOfMax(scores.data.subarray(0, scores.data.length / (scores.dims[0] ?? 1)));
  const dims = scores.dims.slice(1);
  return dims.filter((d) => d !== 1).length <= 1 ? best : unravelIndex(best, dims);
}

/** Runs the model forward for one of its values, in the value's own shape, as float32. */
export async function scoresOf(model: Model, output: string, feeds: Feeds): Promise<Tensor<'float32'>> {
  const subject = new Subject({ graph: model.graph, session: model.session, feeds, attributed: [], output, target: null });
  const [scores] = await subject.valuesOf([output]);
  return scores as Tensor<'float32'>;
}

/** captum.attr.LayerAttribution.interpolate to the input's height and width: (N, C, H, W), also of a layer whose channels are last. */
function upsample(model: Model, part: AttributionPart, mode: unknown, input: Extents | undefined, method: string): Tensor<'float32'> {
  const known = INTERPOLATE_MODES.find((m) => m === mode);
  if (!known)
    throw new InspectumError('usage', `"interpolate" should be one of ${INTERPOLATE_MODES.join(', ')}, not ${JSON.stringify(mode)}.`);
  const map = channelsFirst(part.tensor, partLayout(model, part));
  const [batch = 1, channels = 1, height, width] = map.dims;
  if (map.dims.length !== 4 || height === undefined || width === undefined || !input)
    throw new InspectumError(
      'usage',
      `${method} gives an attribution of shape ${map.dims.join('×')} here, which has no height and width to interpolate.`,
    );
  const from = height * width;
  const to = input.height * input.width;
  const planes = batch * channels;
  const out = new Float32Array(planes * to);
  for (let plane = 0; plane < planes; plane++) {
    const cells = map.data.subarray(plane * from, (plane + 1) * from);
    out.set(interpolate(cells, { height, width }, input, known), plane * to);
  }
  return tensor('float32', [batch, channels, input.height, input.width], out);
}
