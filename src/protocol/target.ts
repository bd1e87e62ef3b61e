/** Which scalar of the explained value is explained. */
export type Target = ClassTarget | RegionTarget;

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
