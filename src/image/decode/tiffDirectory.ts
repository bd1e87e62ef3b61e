import { corrupt, truncated, unsupported } from './problems.ts';

/** The tags that are looked at. */
const TAGS = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planar: 284,
  predictor: 317,
  colours: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  format: 339,
  jpegTables: 347,
} as const;

export type TagName = keyof typeof TAGS;

const NAMES: ReadonlyMap<number, TagName> = new Map(Object.entries(TAGS).map(([name, tag]) => [tag, name as TagName]));

/** Bytes of a value, by the type's number: BYTE, SHORT, LONG, UNDEFINED. Tags of other types are passed over. */
const TYPES: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4, 7: 1 };

const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;
const TIFF = 42;
const BIG_TIFF = 43;
/** Values of a tag beyond which a file is refused: more than the strips, tiles and colours that are read. */
const MAX_VALUES = 2 ** 19;

export interface Directory {
  readonly littleEndian: boolean;
  /** The values of each tag, of one that is there twice the first; never an empty list. */
  readonly tags: ReadonlyMap<TagName, readonly number[]>;
}

/**
 * Reads the first directory of a TIFF, whose first four bytes are known to be right.
 * @throws InspectumError 'corrupt', 'unsupported' (BigTIFF)
 */
export function readDirectory(bytes: Uint8Array, name: string): Directory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES) throw truncated(name, 'TIFF');
  const littleEndian = bytes[0] === 0x49;
  const version = view.getUint16(2, littleEndian);
  if (version === BIG_TIFF) throw unsupported(name, 'this is a BigTIFF, which is not read.');
  if (version !== TIFF) throw corrupt(name, `this TIFF file says that its version is ${version}.`);
  const start = view.getUint32(4, littleEndian);
  if (start + 2 > bytes.length) throw truncated(name, 'TIFF');
  const entries = view.getUint16(start, littleEndian);
  if (start + 2 + entries * ENTRY_BYTES > bytes.length) throw truncated(name, 'TIFF');
  const tags = new Map<TagName, readonly number[]>();
  for (let at = start + 2, i = 0; i < entries; i++, at += ENTRY_BYTES) {
    const tag = NAMES.get(view.getUint16(at, littleEndian));
    const size = TYPES[view.getUint16(at + 2, littleEndian)];
    const count = view.getUint32(at + 4, littleEndian);
    if (tag === undefined || tags.has(tag) || size === undefined || count === 0) continue;
    if (count > MAX_VALUES) throw corrupt(name, `tag ${TAGS[tag]} of this TIFF file has ${count} values.`);
    const from = size * count <= 4 ? at + 8 : view.getUint32(at + 8, littleEndian);
    if (from + size * count > bytes.length) throw truncated(name, 'TIFF');
    const read = (index: number): number => {
      const place = from + index * size;
      if (size === 1) return view.getUint8(place);
      return size === 2 ? view.getUint16(place, littleEndian) : view.getUint32(place, littleEndian);
    };
    tags.set(
      tag,
      Array.from({ length: count }, (_, index) => read(index)),
    );
  }
  return { littleEndian, tags };
}
