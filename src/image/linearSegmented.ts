/** Colours, "#rgb" or "#rrggbb", at positions from 0 to 1; or colours alone, which stand at equal distances. */
export type ColorStops = readonly (readonly [position: number, colour: string])[] | readonly string[];

const N = 256;

/**
 * The 256 colours of matplotlib's LinearSegmentedColormap.from_list(name, stops, N=256): red, green, blue, 0 to 255.
 * @throws RangeError, in words for a person, for fewer than two stops, positions that do not lead from 0 to 1, and what is no colour
 */
export function linearSegmentedTable(stops: ColorStops): Uint8Array {
  if (stops.length < 2) throw new RangeError('a colormap needs at least two colours');
  const pairs = stops.map((stop, i): readonly [number, string] => (typeof stop === 'string' ? [i / (stops.length - 1), stop] : stop));
  const positions = pairs.map(([position]) => position);
  const colours = pairs.map(([, colour]) => rgbOf(colour));
  if (positions[0] !== 0 || positions.at(-1) !== 1 || positions.some((p, i) => i > 0 && !(p >= (positions[i - 1] as number))))
    throw new RangeError(`the positions of a colormap should rise from 0 to 1, not ${positions.join(', ')}`);
  const table = new Uint8Array(N * 3);
  for (let i = 0, next = 1; i < N; i++) {
    const at = i / (N - 1);
    while (next < positions.length - 1 && (positions[next] as number) < at) next++;
    const [from, to] = [positions[next - 1] as number, positions[next] as number];
    const part = i === 0 ? 0 : i === N - 1 ? 1 : (at - from) / (to - from);
    for (let c = 0; c < 3; c++) {
      const [low, high] = [colours[next - 1]?.[c] as number, colours[next]?.[c] as number];
      table[i * 3 + c] = Math.round(low + part * (high - low));
    }
  }
  return table;
}

function rgbOf(colour: unknown): readonly number[] {
  const [, short, long] = (typeof colour === 'string' && /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(colour)) || [];
  const digits = long ?? (short && [...short].map((d) => d + d).join(''));
  if (!digits) throw new RangeError(`a colour should be written "#rgb" or "#rrggbb", not ${JSON.stringify(colour)}`);
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}

export const isColorStops = (value: unknown): value is ColorStops =>
  Array.isArray(value) &&
  value.every(
    (stop) =>
      typeof stop === 'string' || (Array.isArray(stop) && stop.length === 2 && typeof stop[0] === 'number' && typeof stop[1] === 'string'),
  ) &&
  new Set(value.map((stop) => typeof stop)).size <= 1;
