import type { Size } from '../../src/image/image.ts';
import { fitted } from '../image/viewport.ts';

/** CSS pixels between pictures. */
export const GAP = 12;
/** CSS pixels below which the pane scrolls rather than that pictures get less high. */
const LEAST_HEIGHT = 160;

export interface Tiling {
  readonly columns: number;
  /** CSS pixels of every picture. */
  readonly size: Size;
}

/**
 * As many columns as make pictures side by side, and in rows under each other, largest; more columns where that is no difference.
 * @param around CSS pixels over and under every picture
 */
export function tiling(count: number, picture: Size, room: Size, around: number): Tiling {
  const tilings = Array.from({ length: count }, (_, i): Tiling => {
    const [columns, rows] = [i + 1, Math.ceil(count / (i + 1))];
    const width = Math.floor((room.width - (columns - 1) * GAP) / columns);
    const height = Math.max(LEAST_HEIGHT, Math.floor((room.height - (rows - 1) * GAP) / rows) - around);
    return { columns, size: fitted(picture, { width: Math.max(1, width), height }) };
  });
  return tilings.reduce((best, one) => (one.size.width >= best.size.width ? one : best));
}
