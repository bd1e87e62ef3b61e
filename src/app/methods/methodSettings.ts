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
}

/** Arguments of Captum's calls that are no parameters here, and what tells them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  inputs: '--input',
  additional_forward_args: '--input',
  target: '--target',
  baselines: '--baseline',
  layer_baselines: '--baseline',
  neuron_selector: '--neuron',
};

const DEFAULT_SEED = 0;

/** @throws InspectumError 'usage' for what the method has no parameter for, and a value that is wrong */
export function settingsOf(method: Method, given: Readonly<Record<string, unknown>>): MethodSettings {
  const { interpolate: mode, seed = DEFAULT_SEED, noise_tunnel: tunnel, ...others } = given;
  const { set, metrics } = splitMetrics(others);
  const misplaced = Object.keys(set).find((name) => Object.hasOwn(ELSEWHERE, name));
  if (misplaced !== undefined)
    throw new InspectumError('usage', `${method.name}: Captum's argument ${misplaced} is given with ${ELSEWHERE[misplaced]} here.`);
  if (!Number.isInteger(seed)) throw new InspectumError('usage', `seed should be a whole number, not ${JSON.stringify(seed)}.`);
  return {
    parameters: parameterValues(method.name, method.parameters, set),
    mode,
    seed: seed as number,
    tunnel: tunnel === undefined ? undefined : noiseTunnelValues(tunnel),
    metrics,
  };
}

function noiseTunnelValues(given: unknown): NoiseTunnelParameters {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new InspectumError(
      'usage',
      `noise_tunnel should be like {"nt_type":"smoothgrad","nt_samples":10,"stdevs":0.1}, not ${JSON.stringify(given)}.`,
    );
  return parameterValues('NoiseTunnel', NOISE_TUNNEL_PARAMETERS, given as Record<string, unknown>);
}
