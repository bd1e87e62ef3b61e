import type { Axes } from './axes.ts';

/** Which axes of a value (N, …) hold its channels and its places, rows before columns. */
export interface Layout {
  readonly rank: number;
  readonly channel: number;
  readonly spatial: readonly number[];
}

/** (N, H, W, C) where the image was followed there; else (N, C, …), as in PyTorch. @param axes of the value, as far as they are known */
export const layoutOf = (axes: Axes | undefined, rank: number): Layout =>
  rank === 4 && axes?.[1] === 'row' && axes[2] === 'column'
    ? { rank, channel: 3, spatial: [1, 2] }
    : { rank, channel: 1, spatial: Array.from({ length: Math.max(rank - 2, 0) }, (_, i) => i + 2) };

export const isChannelsLast = ({ channel }: Layout): boolean => channel !== 1;
