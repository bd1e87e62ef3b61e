import type { Size } from '../image.ts';
import { CHARACTERS, LEVELS, LINE_HEIGHT, WIDTHS } from './glyphs.ts';

/** Opaque pixels that are drawn on: RGBA. */
export interface Canvas extends Size {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Of a character that there is no drawing of. */
const UNKNOWN = '?';

interface Glyph {
  readonly width: number;
  /** Where its pixels begin. */
  readonly first: number;
}

let glyphs: ReadonlyMap<string, Glyph> | undefined;
let bytes: Uint8Array | undefined;

function glyphOf(character: string): Glyph {
  if (!glyphs) {
    const found = new Map<string, Glyph>();
    let first = 0;
    [...CHARACTERS].forEach((one, i) => {
      const width = WIDTHS[i] as number;
      found.set(one, { width, first });
      first += width * LINE_HEIGHT;
    });
    glyphs = found;
  }
  return (glyphs.get(character) ?? glyphs.get(UNKNOWN)) as Glyph;
}

/** 0 to 15. */
function levelAt(place: number): number {
  bytes ??= Uint8Array.from(atob(LEVELS), (c) => c.charCodeAt(0));
  const byte = bytes[place >> 1] as number;
  return place % 2 === 0 ? byte >> 4 : byte & 15;
}

/** Pixels that one line of text takes. */
export const textWidth = (text: string): number => [...text].reduce((sum, character) => sum + glyphOf(character).width, 0);

/** Writes one line in black, its top left corner at (`left`, `top`); what lies outside of the canvas is left out. */
export function drawText({ width, height, data }: Canvas, text: string, left: number, top: number): void {
  let x = left;
  for (const character of text) {
    const glyph = glyphOf(character);
    for (let row = 0; row < LINE_HEIGHT; row++)
      for (let column = 0; column < glyph.width; column++) {
        const [px, py] = [x + column, top + row];
        if (px < 0 || py < 0 || px >= width || py >= height) continue;
        const kept = 1 - levelAt(glyph.first + row * glyph.width + column) / 15;
        const at = (py * width + px) * 4;
        for (let c = at; c < at + 3; c++) data[c] = (data[c] as number) * kept;
      }
    x += glyph.width;
  }
}
