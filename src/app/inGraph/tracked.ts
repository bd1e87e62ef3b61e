/** One channel of a value: scale · (channel `from` of the input) + shift. */
export interface Channel {
  readonly from: number;
  readonly scale: number;
  readonly shift: number;
}

/** A value that is still the picture: its channels, and the axis that they lie along (undefined: it was taken out). */
export interface Tracked {
  readonly rank: number;
  readonly axis: number | undefined;
  readonly channels: readonly Channel[];
  /** What it was scaled or shifted by varies over the picture; the channels have the means. */
  readonly varies: boolean;
}
