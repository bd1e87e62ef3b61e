import type { METHODS } from '../../attribution/index.ts';
import type { Method } from '../../attribution/method.ts';
import { NOISE_TUNNEL_PARAMETERS, type NoiseTunnelParameters } from '../../attribution/sampling/noiseTunnel.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { type ParameterValues, parameterValues } from '../../tensor/parameters.ts';
import { type AskedMetrics, splitMetrics } from './metrics.ts';

/** What `--set` says: of the method itself, and of what surrounds it. */
export interface MethodSettings {
  readonly parameters: ParameterValues;
  /** `interpolate`, as it was given. */
  readonly mode: unknown;
  readonly seed: number;
  readonly tunnel: NoiseTunnelParameters | undefined;
  readonly metrics: AskedMetrics;
  /** Whether the convergence delta is told, of methods that have one. */
  readonly delta: boolean;
}

/** Methods that have Captum's `return_convergence_delta`. */
const WITH_DELTA: ReadonlySet<string> = new Set<keyof typeof METHODS>([
  'IntegratedGradients',
  'DeepLift',
  'DeepLiftShap',
  'GradientShap',
  'LRP',
  'LayerIntegratedGradients',
  'LayerConductance',
  'LayerDeepLift',
  'LayerDeepLiftShap',
  'LayerGradientShap',
  'LayerLRP',
]);

const DEFAULT_SEED = 0;

/** @throws InspectumError 'usage' for what the method has no parameter for, and a value that is wrong */
export function settingsOf(method: Method, given: Readonly<Record<string, unknown>>): MethodSettings {
  const { interpolate: mode, seed = DEFAULT_SEED, noise_tunnel: tunnel, ...others } = given;
  const { set: whole, metrics } = splitMetrics(others);
  const { delta, set } = splitDelta(method, whole);
  if (!Number.isInteger(seed)) throw new InspectumError('usage', `seed should be a whole number, not ${JSON.stringify(seed)}.`);
  return {
    parameters: parameterValues(method.name, method.parameters, set),
    mode,
    seed: seed as number,
    tunnel: tunnel === undefined ? undefined : noiseTunnelValues(tunnel),
    metrics,
    delta,
  };
}

function splitDelta(
  { name }: Method,
  given: Readonly<Record<string, unknown>>,
): { delta: boolean; set: Readonly<Record<string, unknown>> } {
  if (!WITH_DELTA.has(name)) return { delta: true, set: given };
  const { return_convergence_delta: delta = true, ...set } = given;
  if (typeof delta !== 'boolean')
    throw new InspectumError('usage', `${name}: return_convergence_delta should be true or false, not ${JSON.stringify(delta)}.`);
  return { delta, set };
}

function noiseTunnelValues(given: unknown): NoiseTunnelParameters {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new InspectumError(
      'usage',
      `noise_tunnel should be like {"nt_type":"smoothgrad","nt_samples":10,"stdevs":0.1}, not ${JSON.stringify(given)}.`,
    );
  return parameterValues('NoiseTunnel', NOISE_TUNNEL_PARAMETERS, given as Record<string, unknown>);
}
