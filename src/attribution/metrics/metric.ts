import type { ParameterTable, ParameterValues, ValuesOf } from '../../tensor/parameters.ts';
import type { Baselines } from '../baselines.ts';
import type { Subject } from '../evaluation/subject.ts';
import type { Attribution, Level } from '../method.ts';
import type { Random } from '../random.ts';
import type { Work } from '../work.ts';

/** What is measured. Parameters are those of the metric's table, checked. */
export interface MetricRequest<V = ParameterValues> {
  /** The method's name, and what it attributes to. */
  readonly method: string;
  readonly level: Level;
  /** What the method explains. */
  readonly subject: Subject;
  readonly attribution: Attribution;
  readonly baselines: Baselines;
  /** The method again, elsewhere, with the random numbers that it drew for the attribution. */
  explain(subject: Subject, work: Work): Promise<Attribution>;
  readonly parameters: V;
  readonly random: Random;
  readonly work: Work;
}

/** A number for how good an attribution is, of every example. */
export interface Metric {
  /** Captum's function. */
  readonly name: string;
  readonly doc: string;
  readonly paper: { readonly authors: string; readonly year: number; readonly url: string };
  readonly parameters: ParameterTable;
  /** How many forward passes it takes, by estimate. @param passes those of the method */
  cost(parameters: ParameterValues, passes: number): number;
  measure(request: MetricRequest): Promise<readonly number[]>;
}

/** A metric whose parameters are typed by its table. */
export const defineMetric = <const T extends ParameterTable>(
  metric: Omit<Metric, 'parameters' | 'measure' | 'cost'> & {
    readonly parameters: T;
    cost(parameters: ValuesOf<T>, passes: number): number;
    measure(request: MetricRequest<ValuesOf<T>>): Promise<readonly number[]>;
  },
): Metric => metric as unknown as Metric;

export const N_PERTURB_SAMPLES = {
  type: 'integer',
  default: 10,
  min: 1,
  doc: 'How many perturbed inputs are compared with the input.',
} as const;
