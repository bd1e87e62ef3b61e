import type { RgbaImage } from '../image.ts';
import { unpackLzw } from './lzw.ts';
import { checkSize, corrupt, truncated } from './problems.ts';

const SCREEN_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const GRAPHIC_CONTROL = 0xf9;
/** First line and step of the four passes of an interlaced picture. */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;
const WHOLE = [[0, 1]] as const;

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** Red, green, blue of each colour; undefined: the file has none, and pixels are gray values. */
  readonly palette: Uint8Array | undefined;
  readonly rootBits: number;
  /** The index that is transparent, if any. */
  readonly transparent: number | undefined;
  readonly codes: Uint8Array;
}

/** The bytes of a file from its front. @throws InspectumError 'corrupt' where they end */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  #at = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#name = name;
  }

  take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw truncated(this.#name, 'GIF');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  byte(): number {
    return this.take(1)[0] as number;
  }

  /** The bytes of all blocks up to the empty one that ends them. */
  blocks(): Uint8Array {
    const from = this.#at;
    let count = 0;
    for (let length = this.byte(); length > 0; length = this.byte()) count += this.take(length).length;
    const joined = new Uint8Array(count);
    for (let at = from, to = 0; to < count; ) {
      const length = this.#bytes[at] as number;
      joined.set(this.#bytes.subarray(at + 1, at + 1 + length), to);
      at += 1 + length;
      to += length;
    }
    return joined;
  }

  /** The palette whose presence and size a byte of flags gives. */
  palette(flags: number): Uint8Array | undefined {
    return flags & 0x80 ? this.take(3 * 2 ** ((flags & 7) + 1)) : undefined;
  }
}

const uint16 = (bytes: Uint8Array, at: number): number => (bytes[at] as number) | ((bytes[at + 1] as number) << 8);

function readFrame(reader: Reader, shared: Uint8Array | undefined, name: string): Frame {
  let transparent: number | undefined;
  for (;;) {
    const kind = reader.byte();
    if (kind === EXTENSION) {
      const label = reader.byte();
      const control = reader.blocks();
      if (label === GRAPHIC_CONTROL && control.length >= 4) transparent = (control[0] as number) & 1 ? (control[3] as number) : undefined;
      continue;
    }
    if (kind !== IMAGE) throw corrupt(name, 'this GIF file holds no image.');
    const head = reader.take(9);
    const flags = head[8] as number;
    const palette = reader.palette(flags) ?? shared;
    const rootBits = reader.byte();
    if (rootBits < 1 || rootBits > 8) throw corrupt(name, `this GIF file says that a pixel has ${rootBits} bits.`);
    return {
      x: uint16(head, 0),
      y: uint16(head, 2),
      width: uint16(head, 4),
      height: uint16(head, 6),
      interlaced: (flags & 0x40) !== 0,
      palette,
      rootBits,
      transparent,
      codes: reader.blocks(),
    };
  }
}

/**
 * Decodes the first picture of a GIF, on a canvas of the size that the file gives (PIL's first frame): around a smaller picture lies the
 * transparent colour, else the first one.
 * @throws InspectumError 'corrupt', 'too-large'
 */
export function decodeGif(bytes: Uint8Array, name: string): RgbaImage {
  const reader = new Reader(bytes, name);
  const screen = reader.take(SCREEN_BYTES);
  const frame = readFrame(reader, reader.palette(screen[10] as number), name);
  checkSize(name, frame.width, frame.height);
  const width = Math.max(uint16(screen, 6), frame.x + frame.width);
  const height = Math.max(uint16(screen, 8), frame.y + frame.height);
  checkSize(name, width, height);
  const pixels = frame.width * frame.height;
  const { data: indices, filled, valid } = unpackLzw(frame.codes, pixels, 'gif', frame.rootBits);
  if (!valid) throw corrupt(name, 'the pixels of this GIF file cannot be decompressed.');
  if (filled < pixels) throw truncated(name, 'GIF');

  const colours = packedColours(frame);
  const known = frame.palette ? frame.palette.length / 3 : colours.length;
  const packed = new Uint32Array(width * height).fill(colours[frame.transparent ?? 0] as number);
  let from = 0;
  for (const [first, step] of frame.interlaced ? PASSES : WHOLE)
    for (let y = first; y < frame.height; y += step) {
      let to = (frame.y + y) * width + frame.x;
      for (const end = from + frame.width; from < end; from++) {
        const index = indices[from] as number;
        if (index >= known && index !== frame.transparent)
          throw corrupt(name, `a pixel of this GIF file has colour ${index} of a palette of ${known}.`);
        packed[to++] = colours[index] as number;
      }
    }
  return { width, height, data: new Uint8Array(packed.buffer) };
}

/** What each index looks like, as one integer. The transparent one may lie behind the palette's end. */
function packedColours({ palette, transparent }: Frame): Uint32Array {
  const rgba = new Uint8Array(256 * 4);
  for (let i = 0; i < 256; i++) rgba.set(palette ? palette.subarray(i * 3, i * 3 + 3) : [i, i, i], i * 4);
  for (let i = 0; i < 256; i++) rgba[i * 4 + 3] = i === transparent ? 0 : 255;
  return new Uint32Array(rgba.buffer);
}
