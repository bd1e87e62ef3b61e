import type { LayerMap } from '../../src/protocol/model.ts';

/** A point of what the network sees, and the cell of the layer that it lies in. */
export interface Probe {
  /** 0 to 1 */
  readonly x: number;
  readonly y: number;
  /** From 0. */
  readonly column: number;
  readonly row: number;
  /** The layer's own signed value in that cell. */
  readonly value: number;
}

/** @returns undefined outside of what the network sees */
export function probeAt({ x, y }: { readonly x: number; readonly y: number }, map: LayerMap): Probe | undefined {
  if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) return undefined;
  const column = Math.floor(x * map.width);
  const row = Math.floor(y * map.height);
  return { x, y, column, row, value: map.data[row * map.width + column] ?? 0 };
}

/** The middle of the next cell; begins at the strongest. */
export function stepProbe(from: Probe | undefined, map: LayerMap, [dx, dy]: readonly [number, number]): Probe | undefined {
  const start = from ?? peakProbe(map);
  const column = Math.min(map.width - 1, Math.max(0, start.column + (from ? dx : 0)));
  const row = Math.min(map.height - 1, Math.max(0, start.row + (from ? dy : 0)));
  return probeAt({ x: (column + 0.5) / map.width, y: (row + 0.5) / map.height }, map);
}

function peakProbe(map: LayerMap): { column: number; row: number } {
  let best = 0;
  for (let i = 1; i < map.data.length; i++) if ((map.data[i] ?? 0) > (map.data[best] ?? 0)) best = i;
  return { column: best % map.width, row: Math.floor(best / map.width) };
}
