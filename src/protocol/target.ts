/** Which scalar of the explained value is explained. */
export type Target = ClassTarget | RegionTarget | SumTarget;

export interface ClassTarget {
  readonly kind: 'class';
  readonly index: number;
  /** What counts against it: of a single logit or sigmoid, the other class. */
  readonly negated?: true;
}

export interface RegionTarget {
  readonly kind: 'region';
  readonly reduce: 'sum' | 'max';
  /** Per axis of one example, half-open; a single index i is [i, i + 1]. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

/** A weighted sum of elements: "why the one rather than the other?" (weights 1 and −1), or several classes taken together. */
export interface SumTarget {
  readonly kind: 'sum';
  /** At least one, each of another element. */
  readonly terms: readonly WeightedElement[];
}

export interface WeightedElement {
  /** A class, or an index per axis of one example. */
  readonly index: number | readonly number[];
  /** Finite, not 0. */
  readonly weight: number;
}
