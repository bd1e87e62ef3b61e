import { corrupt } from './problems.ts';

/**
 * Undoes PNG's line filters.
 * @param raw lines of one filter byte and `lineBytes` bytes each
 * @param distance bytes from a sample to that of the pixel on its left
 * @returns the lines without their filter bytes
 * @throws InspectumError 'corrupt' for a filter that does not exist
 */
export function unfilter(raw: Uint8Array, lineBytes: number, distance: number, name: string): Uint8Array {
  const rows = raw.length / (lineBytes + 1);
  const lines = new Uint8Array(lineBytes * rows);
  let above: Uint8Array = new Uint8Array(lineBytes);
  for (let y = 0; y < rows; y++) {
    const from = y * (lineBytes + 1);
    const line = lines.subarray(y * lineBytes, (y + 1) * lineBytes);
    line.set(raw.subarray(from + 1, from + 1 + lineBytes));
    const filter = raw[from] as number;
    const undo = FILTERS[filter];
    if (!undo) throw corrupt(name, `line ${y} of this PNG file names filter ${filter}, which does not exist.`);
    undo(line, above, distance);
    above = line;
  }
  return lines;
}

type Undo = (line: Uint8Array, above: Uint8Array, distance: number) => void;

/** None, Sub, Up, Average, Paeth; in place (bytes wrap by themselves). */
const FILTERS: readonly Undo[] = [
  () => undefined,
  (line, _above, distance) => {
    for (let i = distance; i < line.length; i++) line[i] = (line[i] as number) + (line[i - distance] as number);
  },
  (line, above) => {
    for (let i = 0; i < line.length; i++) line[i] = (line[i] as number) + (above[i] as number);
  },
  (line, above, distance) => {
    for (let i = 0; i < line.length; i++) {
      const left = i < distance ? 0 : (line[i - distance] as number);
      line[i] = (line[i] as number) + ((left + (above[i] as number)) >> 1);
    }
  },
  (line, above, distance) => {
    for (let i = 0; i < line.length; i++) {
      const left = i < distance ? 0 : (line[i - distance] as number);
      const corner = i < distance ? 0 : (above[i - distance] as number);
      line[i] = (line[i] as number) + paeth(left, above[i] as number, corner);
    }
  },
];

function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
