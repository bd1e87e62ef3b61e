import { METRICS } from '../../attribution/metrics/index.ts';
import type { Metric, MetricRequest } from '../../attribution/metrics/metric.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { type ParameterValues, parameterValues } from '../../tensor/parameters.ts';

/** Metrics that are asked for, by name, with their parameters. */
export type AskedMetrics = Readonly<Record<string, ParameterValues>>;

/**
 * Takes metrics out of what `--set` says.
 * @throws InspectumError 'usage' for what is no table of a metric's parameters
 */
export function splitMetrics(set: Readonly<Record<string, unknown>>): {
  readonly set: Record<string, unknown>;
  readonly metrics: AskedMetrics;
} {
  const isMetric = ([name]: readonly [string, unknown]): boolean => Object.hasOwn(METRICS, name);
  const given = Object.entries(set);
  const metrics = given.filter(isMetric).map(([name, values]) => {
    const { parameters } = METRICS[name as keyof typeof METRICS] as Metric;
    if (typeof values !== 'object' || values === null || Array.isArray(values))
      throw new InspectumError(
        'usage',
        `${name} should be a table of its parameters, {} for their defaults, not ${JSON.stringify(values)}.`,
      );
    return [name, parameterValues(name, parameters, values as Record<string, unknown>)] as const;
  });
  return { set: Object.fromEntries(given.filter((entry) => !isMetric(entry))), metrics: Object.fromEntries(metrics) };
}

/** What metrics take, in forward passes. @param passes what the method takes */
export const metricsCost = (asked: AskedMetrics, passes: number): number =>
  Object.entries(asked).reduce((sum, [name, values]) => sum + (METRICS[name as keyof typeof METRICS] as Metric).cost(values, passes), 0);

/** @returns the numbers of every example, by metric; undefined where none is asked for */
export async function measured(asked: AskedMetrics, request: Omit<MetricRequest, 'parameters'>) {
  const found: Record<string, readonly number[]> = {};
  const metrics = Object.entries(asked);
  for (const [i, [name, parameters]] of metrics.entries()) {
    const work = request.work.part(i, metrics.length);
    found[name] = await (METRICS[name as keyof typeof METRICS] as Metric).measure({ ...request, parameters, work });
  }
  return Object.keys(found).length > 0 ? found : undefined;
}
