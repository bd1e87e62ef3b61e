import { corrupt } from './problems.ts';

export interface PngColours {
  /** 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha. */
  readonly colourType: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly palette: Uint8Array | undefined;
  /** tRNS: alpha of each colour of the palette; else the one gray or RGB value that is clear, 16 bits per sample. */
  readonly transparency: Uint8Array | undefined;
}

export const PALETTE = 3;

/** Writes pixel `x` of the line that begins at byte `line` as pixel `to` of the picture. */
export type WritePixel = (line: number, x: number, to: number) => void;

/**
 * From unfiltered lines to pixels: 16 bits by their high byte, fewer than 8 stretched, as PIL does.
 * @param pixels of the picture, one integer each
 */
export function pixelWriter(lines: Uint8Array, colours: PngColours, pixels: Uint32Array, name: string): WritePixel {
  const { colourType, depth } = colours;
  return colourType === PALETTE || (colourType === 0 && depth <= 8)
    ? indexWriter(lines, colours, pixels, name)
    : sampleWriter(lines, colours, pixels);
}

/** Where one sample of at most 8 bits says what the pixel is. */
function indexWriter(lines: Uint8Array, colours: PngColours, pixels: Uint32Array, name: string): WritePixel {
  const { depth } = colours;
  const known = colours.colourType === PALETTE ? paletteColours(colours) : grayColours(colours);
  const most = 2 ** depth - 1;
  return (line, x, to) => {
    const bit = x * depth;
    const index = ((lines[line + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & most;
    if (index >= known.length) throw corrupt(name, `a pixel of this PNG file has colour ${index} of a palette of ${known.length}.`);
    pixels[to] = known[index] as number;
  };
}

function paletteColours({ palette = new Uint8Array(), transparency = new Uint8Array() }: PngColours): Uint32Array {
  const rgba = new Uint8Array(Math.floor(palette.length / 3) * 4);
  for (let i = 0; i * 4 < rgba.length; i++) rgba.set([...palette.subarray(i * 3, i * 3 + 3), transparency[i] ?? 255], i * 4);
  return new Uint32Array(rgba.buffer);
}

function grayColours({ depth, transparency }: PngColours): Uint32Array {
  const most = 2 ** depth - 1;
  const clear = transparency?.length === 2 ? (transparency[0] as number) * 256 + (transparency[1] as number) : -1;
  const rgba = new Uint8Array((most + 1) * 4);
  for (let i = 0; i <= most; i++) rgba.fill((i * 255) / most, i * 4, i * 4 + 3)[i * 4 + 3] = i === clear ? 0 : 255;
  return new Uint32Array(rgba.buffer);
}

/** Places of red, green, blue and alpha among a pixel's samples. */
const PLACES: Readonly<Record<number, readonly number[]>> = { 0: [0, 0, 0], 2: [0, 1, 2], 4: [0, 0, 0, 1], 6: [0, 1, 2, 3] };

/** Where a pixel has samples of 8 or 16 bits. */
function sampleWriter(lines: Uint8Array, { colourType, depth, transparency }: PngColours, pixels: Uint32Array): WritePixel {
  const bytes = depth / 8;
  const places = PLACES[colourType] ?? [];
  const step = (Math.max(...places) + 1) * bytes;
  const [red = 0, green = 0, blue = 0, alpha] = places.map((place) => place * bytes);
  const data = new Uint8Array(pixels.buffer);
  const clear =
    alpha === undefined && transparency?.length === (step / bytes) * 2
      ? transparency.filter((_, i) => bytes === 2 || i % 2 === 1)
      : undefined;
  return (line, x, to) => {
    const at = line + x * step;
    const i = to * 4;
    data[i] = lines[at + red] as number;
    data[i + 1] = lines[at + green] as number;
    data[i + 2] = lines[at + blue] as number;
    data[i + 3] = alpha !== undefined ? (lines[at + alpha] as number) : clear?.every((v, k) => v === lines[at + k]) ? 0 : 255;
  };
}
