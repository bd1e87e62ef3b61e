import { METHODS } from '../attribution/index.ts';
import type { Method, Parameters } from '../attribution/method.ts';
import type { Place, Seed } from '../attribution/target.ts';
import { interpolate } from '../image/interpolate.ts';
import type { Target } from '../protocol/target.ts';
import { InspectumError } from '../tensor/errors.ts';
import { unravelIndex } from '../tensor/shape.ts';
import { sizeOf, type Tensor, tensor } from '../tensor/tensor.ts';
import { nearest } from './findLayer.ts';
import type { Model } from './model.ts';
import { seedOfTarget, targetWithin } from './outcome.ts';
import { indexOfMax } from './scores.ts';

export type { Place };

export type Feeds = Readonly<Record<string, Tensor>>;

export interface AttributionJob {
  /** Captum's class name. */
  readonly method: string;
  readonly feeds: Feeds;
  readonly layer?: string;
  /** A class, an element or none; a scalar of any other kind; `undefined`: the top prediction. */
  readonly target?: Place | Target;
  /** The explained value; default the first output. */
  readonly output?: string;
  readonly neuron?: readonly number[];
  readonly baseline?: string | number;
  /** Parameters by Captum's names, and `interpolate` for layer methods. */
  readonly set: Readonly<Record<string, unknown>>;
}

export interface AttributionResult {
  readonly attribution: Tensor<'float32'>;
  readonly method: string;
  readonly parameters: Parameters;
  readonly target: Place | Target;
  readonly output: string;
  readonly layer?: string;
}

const MODES = ['nearest', 'bilinear', 'bicubic'] as const;

/**
 * Runs one attribution method on one input.
 * @throws InspectumError 'usage' for a wrong method, layer, target or parameter; as the method and the engine do otherwise
 */
export async function attribute(model: Model, job: AttributionJob): Promise<AttributionResult> {
  const method = methodNamed(job.method);
  refuseUnused(method, job);
  const { interpolate: mode, ...set } = job.set;
  const parameters = checkedParameters(method, set);
  const output = model.explained(job.output);
  if (method.level === 'layer' && job.layer === undefined)
    throw new InspectumError('usage', `${method.name} needs a layer: say which with --layer.`);
  if (method.level === 'primary' && mode !== undefined)
    throw new InspectumError('usage', `"interpolate" is for layer methods; ${method.name} already has the input's size.`);
  const layer = job.layer === undefined ? undefined : model.findLayer(job.layer);
  const input = model.input?.port ?? model.graph.inputs[0]?.name ?? '';
  const wanted = !method.needsTarget ? null : job.target === undefined ? await topPlace(model, output, job.feeds) : job.target;
  const { target, told } = isScalar(wanted) ? await seeded(model, output, wanted, job.feeds) : { target: wanted, told: wanted };
  const result = (await method.attribute({
    graph: model.graph,
    session: model.session,
    feeds: job.feeds,
    input,
    output,
    target: told,
    ...(layer && { layer }),
    parameters,
  })) as Tensor<'float32'>;
  return {
    attribution: mode === undefined ? result : upsample(result, mode, job.feeds[input], method.name),
    method: method.name,
    parameters,
    target,
    output,
    ...(layer && { layer: layer.id }),
  };
}

/** What a method would ignore is refused, so that nobody takes the result for another. */
function refuseUnused(method: Method, job: AttributionJob): void {
  const refuse = (flag: string, why: string): never => {
    throw new InspectumError('usage', `${method.name} ${why}: leave out --${flag}.`);
  };
  if (job.layer !== undefined && method.level === 'primary') refuse('layer', 'explains the input, not a layer');
  if (job.neuron !== undefined) refuse('neuron', 'explains no single neuron');
  if (job.baseline !== undefined) refuse('baseline', 'compares with no baseline');
}

function methodNamed(name: string): Method {
  const method: Method | undefined = Object.hasOwn(METHODS, name) ? METHODS[name as keyof typeof METHODS] : undefined;
  if (!method)
    throw new InspectumError(
      'usage',
      `There is no method ${JSON.stringify(name)}. The nearest names are: ${nearest(name, Object.keys(METHODS)).join(', ')}.`,
    );
  return method;
}

function checkedParameters(method: Method, set: Readonly<Record<string, unknown>>): Parameters {
  const result: Record<string, boolean> = Object.fromEntries(Object.entries(method.parameters).map(([name, p]) => [name, p.default]));
  for (const [name, value] of Object.entries(set)) {
    const parameter = Object.hasOwn(method.parameters, name) ? method.parameters[name] : undefined;
    if (!parameter)
      throw new InspectumError(
        'usage',
        `${method.name} has no parameter ${JSON.stringify(name)}. It has: ${Object.keys(method.parameters).join(', ') || 'none'}.`,
      );
    if (typeof value !== parameter.type)
      throw new InspectumError('usage', `${method.name}: ${name} should be a ${parameter.type}, not ${JSON.stringify(value)}.`);
    result[name] = value as boolean;
  }
  return result;
}

/** A scalar that is no single element becomes a seed, for which the explained value is computed. */
async function seeded(model: Model, output: string, scalar: Target, feeds: Feeds): Promise<{ target: Target; told: Seed }> {
  const scores = await scoresOf(model, output, feeds);
  const dims = scores.dims.slice(1);
  if (scalar.kind === 'class' && scalar.negated && sizeOf(dims) !== 1)
    throw new InspectumError('usage', `--target negation is for a single score, but ${output} has ${dims.join('×')} values per example.`);
  const target = targetWithin(scalar, dims, output);
  return { target, told: seedOfTarget(target, scores) };
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
export const scoresOf = async (model: Model, output: string, feeds: Feeds): Promise<Tensor<'float32'>> =>
  (await METHODS.LayerActivation.attribute({
    graph: model.graph,
    session: model.session,
    feeds,
    input: '',
    output,
    target: null,
    layer: { id: output, output, input: undefined },
    parameters: {},
  })) as Tensor<'float32'>;

/** captum.attr.LayerAttribution.interpolate to the input's height and width. */
function upsample(map: Tensor<'float32'>, mode: unknown, input: Tensor | undefined, method: string): Tensor<'float32'> {
  const known = MODES.find((m) => m === mode);
  if (!known) throw new InspectumError('usage', `"interpolate" should be one of ${MODES.join(', ')}, not ${JSON.stringify(mode)}.`);
  const [batch = 1, channels = 1, height, width] = map.dims;
  const [toHeight, toWidth] = input?.dims.slice(-2) ?? [];
  if (map.dims.length !== 4 || height === undefined || width === undefined || toHeight === undefined || toWidth === undefined)
    throw new InspectumError(
      'usage',
      `${method} gives an attribution of shape ${map.dims.join('×')} here, which has no height and width to interpolate.`,
    );
  const from = height * width;
  const planes = batch * channels;
  const out = new Float32Array(planes * toHeight * toWidth);
  for (let plane = 0; plane < planes; plane++) {
    const cells = map.data.subarray(plane * from, (plane + 1) * from);
    out.set(interpolate(cells, { height, width }, { height: toHeight, width: toWidth }, known), plane * toHeight * toWidth);
  }
  return tensor('float32', [batch, channels, toHeight, toWidth], out);
}
