import { infidelity } from './infidelity.ts';
import type { Metric } from './metric.ts';
import { sensitivityMax } from './sensitivityMax.ts';

/** Every metric, by the name of Captum's function. */
export const METRICS = {
  infidelity,
  sensitivity_max: sensitivityMax,
} as const satisfies Readonly<Record<string, Metric>>;
