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
 * @param together pictures that follow each other and stand in one row
 */
export function tiling(count: number, picture: Size, room: Size, around: number, together = 1): Tiling {
  const tilings = Array.from({ length: count / together }, (_, i): Tiling => {
    const columns = (i + 1) * together;
    const rows = Math.ceil(count / columns);
    const width = Math.floor((room.width - (columns - 1) * GAP) / columns);
    const height = Math.max(LEAST_HEIGHT, Math.floor((room.height - (rows - 1) * GAP) / rows) - around);
    return { columns, size: fitted(picture, { width: Math.max(1, width), height }) };
  });
  return tilings.reduce((best, one) => (one.size.width >= best.size.width ? one : best));
}
