import { sharesAt, WHOLE } from '../../attribution/evaluation/share.ts';
import type { Feeds } from '../../attribution/evaluation/subject.ts';
import { METHODS } from '../../attribution/index.ts';
import { borderValue, borderValues } from '../../attribution/layer/layerValue.ts';
import { gradientCost, type Method, type Workload } from '../../attribution/method.ts';
import { METRICS } from '../../attribution/metrics/index.ts';
import type { Metric } from '../../attribution/metrics/metric.ts';
import { QUESTIONS } from '../../attribution/questions.ts';
import { NOISE_TUNNEL_PARAMETERS } from '../../attribution/sampling/noiseTunnel.ts';
import { layoutOf } from '../../graph/imageAxes/layout.ts';
import type { MethodInfo, ParameterInfo, Recipe } from '../../protocol/methods.ts';
import type { Parameter, ParameterTable } from '../../tensor/parameters.ts';
import type { Shape } from '../../tensor/shape.ts';
import { countBaselines } from '../input/readBaselines.ts';
import type { Model } from '../model.ts';
import { attributedInputs, methodNamed } from './attribute.ts';
import { settingsOf } from './methodSettings.ts';
import { metricsCost } from './metrics.ts';

/** Every method as it is offered for a model: those that answer a question first, in that order. */
export function methodCatalog(model: Model): readonly MethodInfo[] {
  const names = new Set([...Object.keys(QUESTIONS), ...Object.keys(METHODS)]);
  return [...names].map((name) => methodInfo(methodNamed(name), model));
}

function methodInfo({ name, level, ofInput, needsTarget, baselines, doc, paper, parameters }: Method, model: Model): MethodInfo {
  return {
    name,
    level,
    ...(ofInput && { ofInput }),
    needsTarget,
    baselines,
    doc,
    ...(paper && { paper }),
    ...(Object.hasOwn(QUESTIONS, name) && { question: QUESTIONS[name] as string }),
    parameters: [...Object.entries(parameters).map(([key, parameter]) => parameterInfo(name, key, parameter, model)), ...additions(level)],
  };
}

function parameterInfo(method: string, name: string, parameter: Parameter, model: Model): ParameterInfo {
  const key = [`${method} ${name}`, name].find((one) => Object.hasOwn(SUGGESTIONS, one));
  const suggestion = key && SUGGESTIONS[key]?.(model);
  return { name, ...parameter, ...(suggestion !== undefined && { suggestion }) };
}

const group = (name: string, doc: string, table: ParameterTable): ParameterInfo => ({
  name,
  type: 'group',
  default: null,
  doc,
  parameters: Object.entries(table).map(([key, parameter]) => ({ name: key, ...parameter })),
});

/** What can be asked of every method besides its own parameters. */
const additions = (level: Method['level']): readonly ParameterInfo[] => [
  group('noise_tunnel', 'NoiseTunnel: the mean over noisy copies of the input, or its square or variance.', NOISE_TUNNEL_PARAMETERS),
  ...Object.values<Metric>(METRICS)
    .filter(({ name }) => level !== 'layer' || name !== 'infidelity')
    .map(({ name, doc, parameters }) => group(name, doc, parameters)),
  { name: 'seed', type: 'integer', default: 0, doc: 'Fixes what is random.' },
];

/** How many windows lie side by side where an image is occluded, and how many regions it is divided into. */
const WINDOWS = 15;
const SUPERPIXELS = 50;
/** As many combinations of regions tell what each of them adds: of as many as there are regions the least squares would be a guess. */
const SAMPLES = 4 * SUPERPIXELS;

/** What suits a model's image better than Captum's defaults, which take every pixel for itself: by parameter, or by method and parameter. */
const SUGGESTIONS: Readonly<Record<string, (model: Model) => unknown>> = {
  sliding_window_shapes: (model) => windows(model, 1),
  strides: (model) => windows(model, 2),
  feature_mask: ({ input }) => input && { superpixels: SUPERPIXELS },
  'KernelShap n_samples': ({ input }) => input && SAMPLES,
  'Lime n_samples': ({ input }) => input && SAMPLES,
};

/** Windows over all channels, moved by a part of their side. */
function windows({ input, graph }: Model, part: number): readonly number[] | undefined {
  const shape = graph.inputs.find(({ name }) => name === input?.port)?.shape;
  if (!input || !shape) return undefined;
  const extents = input.size.map((extent) => Math.max(1, Math.round(extent / WINDOWS / part)));
  const channels = Number(input.layout === 'NCHW' ? shape[1] : shape[3]);
  return input.layout === 'NCHW' ? [channels, ...extents] : [...extents, channels];
}

/** How many forward passes a recipe takes, by estimate. @throws InspectumError 'usage' for a wrong method or parameter */
export async function passesOf(model: Model, { method: name, set, layer, baseline }: Recipe, feeds: Feeds): Promise<number> {
  const method = methodNamed(name);
  const { parameters, tunnel, metrics } = settingsOf(method, set);
  const chosen = layer === undefined || method.level === 'primary' ? undefined : model.findLayer(layer);
  const ofInput = parameters.attribute_to_layer_input === true || parameters.attribute_to_neuron_input === true;
  // where nothing enters the layer the run says so, not its estimate
  const value = chosen && (borderValue(chosen, ofInput) ?? chosen.output);
  const shape = value === undefined ? undefined : model.shapeOf(value);
  const channels = value && shape?.[layoutOf(model.axes.get(value), shape.length).channel];
  const attributed = chosen && method.level === 'layer' ? borderValues(chosen, ofInput) : [];
  const ofLayer = attributed.map((name) => ofOneExample(model.shapeOf(name) ?? [])).filter(({ length }) => length > 0);
  const workload: Workload = {
    parameters,
    channels: typeof channels === 'number' ? channels : undefined,
    shapes: ofLayer.length > 0 ? ofLayer : attributedInputs(model).map((input) => feeds[input]?.dims ?? []),
    features: featuresIn(parameters.feature_mask ?? parameters.layer_mask),
    baselines: baseline === undefined ? 1 : await countBaselines(baseline),
    ...(value === undefined ? WHOLE : sharesAt(model.graph, value, model.output)),
  };
  const once = method.cost?.(workload) ?? gradientCost(workload.behind);
  const passes = once * (tunnel?.nt_samples ?? 1);
  return passes + metricsCost(metrics, passes);
}

/** A shape in numbers: an open batch is one example, other extents that are not known are 0. */
const ofOneExample = (shape: Shape): number[] => shape.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 1 : 0));

/** How many features a mask makes; undefined where there is none, or only its file tells. */
function featuresIn(mask: unknown): number | undefined {
  if (Array.isArray(mask)) return new Set(mask.flat(Number.POSITIVE_INFINITY)).size;
  return (mask as { readonly superpixels?: number } | null | undefined)?.superpixels;
}
