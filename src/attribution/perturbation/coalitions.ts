import { sizeOf, tensor } from '../../tensor/tensor.ts';
import type { Point, Subject } from '../evaluation/subject.ts';
import type { Attribution, AttributionRequest, Workload } from '../method.ts';
import type { Work } from '../work.ts';
import { type Features, featuresOf, type Mask } from './featureMask.ts';
import { visitScores } from './visitScores.ts';

/** Which features keep their value: 1; 0: they have that of the baseline. */
export type Coalition = Uint8Array;

/** A coalition that is to be evaluated, with what its method knows of it. */
export interface Asked {
  readonly coalition: Coalition;
}

type Request = Pick<AttributionRequest, 'subject' | 'baselines' | 'work'> & {
  readonly parameters: { readonly feature_mask: Mask | null; readonly perturbations_per_eval: number | null };
};

/** How many features a workload has. */
export const featureCount = ({ features, shapes }: Pick<Workload, 'features' | 'shapes'>): number =>
  features ?? shapes.reduce((sum, dims) => sum + sizeOf(dims.slice(1)), 0);

/** What a model's score is when only some of the features are there: the game whose players are the features. */
export class Coalitions {
  readonly features: Features;
  readonly examples: number;
  readonly #subject: Subject;
  readonly #work: Work;
  readonly #point: Point;
  readonly #absent: Point;
  readonly #perEval: number | null;

  constructor({ subject, baselines, work, parameters }: Request) {
    this.#subject = subject;
    this.#work = work;
    this.#point = subject.point;
    this.#absent = Object.fromEntries(Object.entries(this.#point).map(([name, value]) => [name, baselines.per(name, value)]));
    this.features = featuresOf(this.#point, parameters.feature_mask);
    this.examples = subject.examples;
    this.#perEval = parameters.perturbations_per_eval;
  }

  /** Number of features. */
  get count(): number {
    return this.features.count;
  }

  /** The coalition of all features, or of none. */
  every(present: 0 | 1): Coalition {
    return new Uint8Array(this.count).fill(present);
  }

  /**
   * Evaluates coalitions, several in a run where the model takes copies, and says after every run how far it is.
   * @param total how many there are
   * @param visit is called for each in their order, with the scores of all examples
   * @throws InspectumError as `visitScores` does
   */
  async evaluate<T extends Asked>(
    asked: Iterable<T>,
    total: number,
    visit: (asked: T, scores: Float64Array) => void,
    partial?: () => Attribution,
  ): Promise<void> {
    const rest = asked[Symbol.iterator]();
    const next = () => {
      const made = rest.next().value as T;
      return { made, point: this.#at(made.coalition) };
    };
    await visitScores({ subject: this.#subject, count: total, next, perEval: this.#perEval, work: this.#work, partial }, visit);
  }

  /** The attribution in which every element has what its feature has. @param values of every example's features, one behind the other */
  spread(values: Float64Array): Attribution {
    const parts = Object.entries(this.#point).map(([name, { dims, data }]) => {
      const feature = this.features.of(name);
      const size = data.length / this.examples;
      const own = Float32Array.from(data, (_, i) => values[Math.floor(i / size) * this.count + (feature[i] as number)] as number);
      return { name, tensor: tensor('float32', dims, own) };
    });
    return { parts: parts as unknown as Attribution['parts'] };
  }

  /**
   * Sums over the elements of every feature of every example of what two numbers make: its value and its baseline.
   * @returns of every example's features, one behind the other
   */
  sums(of: (value: number, baseline: number) => number): Float64Array {
    const sums = new Float64Array(this.examples * this.count);
    for (const [name, { data }] of Object.entries(this.#point)) {
      const feature = this.features.of(name);
      const absent = this.#absent[name]?.data as Float32Array;
      const size = data.length / this.examples;
      data.forEach((value, i) => {
        const at = Math.floor(i / size) * this.count + (feature[i] as number);
        sums[at] = (sums[at] as number) + of(value, absent[i] as number);
      });
    }
    return sums;
  }

  #at(coalition: Coalition): Point {
    return Object.fromEntries(
      Object.entries(this.#point).map(([name, { dims, data }]) => {
        const feature = this.features.of(name);
        const absent = this.#absent[name]?.data as Float32Array;
        const own = absent.slice();
        for (let i = 0; i < own.length; i++) if (coalition[feature[i] as number]) own[i] = data[i] as number;
        return [name, tensor('float32', dims, own)];
      }),
    );
  }
}
