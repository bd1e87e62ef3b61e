export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** An upright picture as its file has it: red, green, blue and alpha (0 is clear) of 8 bits for every pixel, row by row from the top left. */
export interface RgbaImage extends Size {
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** An upright picture of 8 bits per channel: red, green, blue, 255 for every pixel, row by row from the top left. */
export interface RgbImage extends Size {
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Pixels beyond which a picture is refused: its RGBA bytes are 400 MB. */
export const MAX_PIXELS = 100e6;

/** The pixels as one integer each, for copying them whole: a view, or a copy where the bytes do not begin at a multiple of four. */
export function packedPixels({ data, width, height }: RgbaImage): Uint32Array {
  const { buffer, byteOffset } = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Uint32Array(buffer, byteOffset, width * height);
}
