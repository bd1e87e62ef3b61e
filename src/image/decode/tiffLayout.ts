import { InspectumError } from '../../tensor/errors.ts';
import { MAX_PIXELS } from '../image.ts';
import { checkSize, corrupt, unsupported } from './problems.ts';
import { readDirectory, type TagName } from './tiffDirectory.ts';

/** What the samples of a pixel mean. */
export type Photometric = 'white is zero' | 'black is zero' | 'RGB' | 'palette' | 'YCbCr';
export type Compression = 'none' | 'LZW' | 'JPEG' | 'deflate' | 'PackBits';

/** Strips or tiles, in pixels, and how many lie beside and below each other. A strip may end with the picture, a tile does not. */
interface Segments {
  readonly kind: 'strip' | 'tile';
  readonly width: number;
  readonly height: number;
  readonly across: number;
  readonly down: number;
}

/** Where the pixels of a TIFF are, and what they mean. */
export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly littleEndian: boolean;
  readonly photometric: Photometric;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** Samples of a pixel, with alpha and what is not looked at. */
  readonly samples: number;
  /** Which sample is alpha, if any, and whether colours are multiplied by it. */
  readonly alpha: { readonly sample: number; readonly premultiplied: boolean } | undefined;
  /** Red of each colour, then green, then blue, 16 bits each; empty without a palette. */
  readonly palette: readonly number[];
  readonly compression: Compression;
  /** Samples are stored as differences from those of the pixel on their left. */
  readonly differences: boolean;
  /** Every sample has segments of its own. */
  readonly planar: boolean;
  readonly segments: Segments;
  /** Where each segment begins: those of the first sample first, then from the top left. */
  readonly offsets: readonly number[];
  /** Bytes of each segment; undefined where nothing is compressed. */
  readonly byteCounts: readonly number[] | undefined;
  /** Tables that all segments of JPEG compression share. */
  readonly jpegTables: Uint8Array | undefined;
}

const PHOTOMETRIC: Readonly<Record<number, Photometric>> = { 0: 'white is zero', 1: 'black is zero', 2: 'RGB', 3: 'palette', 6: 'YCbCr' };
const OTHER_PHOTOMETRIC: Readonly<Record<number, string>> = {
  4: 'is a mask',
  5: 'has CMYK colours',
  8: 'has L*a*b* colours',
  9: 'has L*a*b* colours',
  10: 'has L*a*b* colours',
  32803: "holds a camera's raw pixels",
  34892: "holds a camera's raw pixels",
};
const COMPRESSIONS: Readonly<Record<number, Compression>> = {
  1: 'none',
  5: 'LZW',
  7: 'JPEG',
  8: 'deflate',
  32773: 'PackBits',
  32946: 'deflate',
};
const OTHER_COMPRESSIONS: Readonly<Record<number, string>> = {
  2: 'fax (CCITT)',
  3: 'fax (CCITT)',
  4: 'fax (CCITT)',
  6: 'old-style JPEG',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50001: 'WebP',
};
const OTHER_FORMATS: Readonly<Record<number, string>> = { 2: 'signed integers', 3: 'floating-point numbers', 5: 'complex', 6: 'complex' };
const DEPTHS = [1, 2, 4, 8, 16];
const MAX_SAMPLES = 8;
/** Each strip or tile costs the time of a start of its decoder, however small it is. */
const MAX_SEGMENTS = 65536;

type Numbers = (tag: TagName) => readonly number[] | undefined;

/**
 * Reads the first directory of a TIFF. What it says is checked, but for what the segments decompress to.
 * @throws InspectumError 'corrupt', 'unsupported' (named in words), 'too-large'
 */
export function readLayout(bytes: Uint8Array, name: string): TiffLayout {
  const { littleEndian, tags } = readDirectory(bytes, name);
  const list: Numbers = (tag) => tags.get(tag);
  const number = (tag: TagName, missing: number): number => list(tag)?.[0] ?? missing;
  const refuse = (what: string): InspectumError => unsupported(name, `this TIFF ${what}, which is not read.`);

  const [width, height] = [number('width', 0), number('height', 0)];
  checkSize(name, width, height);
  const compressionCode = number('compression', 1);
  const compression = COMPRESSIONS[compressionCode];
  if (!compression) throw refuse(`has ${OTHER_COMPRESSIONS[compressionCode] ?? `an unknown (${compressionCode})`} compression`);
  const photometricCode = number('photometric', 0);
  const photometric = PHOTOMETRIC[photometricCode];
  if (photometric === 'YCbCr' && compression !== 'JPEG') throw refuse('has YCbCr colours that are not compressed as JPEG');
  if (!photometric) throw refuse(OTHER_PHOTOMETRIC[photometricCode] ?? `has colours of an unknown kind (${photometricCode})`);

  const samples = number('samples', 1);
  const colours = photometric === 'RGB' || photometric === 'YCbCr' ? 3 : 1;
  const bits = list('bits') ?? [1];
  const depth = bits[0] as number;
  if (samples < colours) throw corrupt(name, `this TIFF file has ${samples} samples per pixel, and its colours need ${colours}.`);
  if (samples > MAX_SAMPLES) throw refuse(`has ${samples} samples per pixel`);
  const format = OTHER_FORMATS[number('format', 1)];
  if (format) throw refuse(`holds ${format}`);
  const regular = DEPTHS.includes(depth) && bits.every((b) => b === depth) && (depth >= 8 || samples === 1);
  if (!regular || (photometric === 'palette' && depth > 8)) throw refuse(`has samples of ${bits.join(', ')} bits`);
  if (compression === 'JPEG' && depth !== 8) throw refuse(`is a JPEG of ${depth} bits`);
  if (number('fillOrder', 1) !== 1) throw refuse('fills its bytes from the lowest bit');
  const predictor = number('predictor', 1);
  if (predictor !== 1 && !(predictor === 2 && depth >= 8)) throw refuse(`has predictor ${predictor} at ${depth} bits`);
  const palette = photometric === 'palette' ? (list('colours') ?? []) : [];
  if (photometric === 'palette' && palette.length !== 3 * 2 ** depth)
    throw corrupt(name, `this TIFF file has a palette of ${palette.length} numbers, not ${3 * 2 ** depth}.`);
  const planar = number('planar', 1) === 2 && samples > 1;
  if (planar && compression === 'JPEG') throw refuse('holds each colour as a JPEG of its own');

  const tables = list('jpegTables');
  return {
    width,
    height,
    littleEndian,
    photometric,
    depth,
    samples,
    alpha: alphaOf(list('extraSamples') ?? (samples === 4 && photometric === 'RGB' ? [2] : []), colours, samples),
    palette,
    compression,
    differences: predictor === 2,
    planar,
    ...segmentsOf(list, width, height, planar ? samples : 1, compression, bytes.length, name),
    jpegTables: tables && Uint8Array.from(tables),
  };
}

/** ExtraSamples: 1 is associated alpha, 2 unassociated, anything else is not looked at. */
function alphaOf(extra: readonly number[], colours: number, samples: number): TiffLayout['alpha'] {
  const index = extra.findIndex((kind) => kind === 1 || kind === 2);
  if (index < 0 || colours + index >= samples) return undefined;
  return { sample: colours + index, premultiplied: extra[index] === 1 };
}

function segmentsOf(
  list: Numbers,
  width: number,
  height: number,
  planes: number,
  compression: Compression,
  fileBytes: number,
  name: string,
): Pick<TiffLayout, 'segments' | 'offsets' | 'byteCounts'> {
  const kind = list('tileOffsets') ? 'tile' : 'strip';
  const [w, h] =
    kind === 'tile'
      ? [list('tileWidth')?.[0] ?? 0, list('tileHeight')?.[0] ?? 0]
      : [width, Math.min(list('rowsPerStrip')?.[0] ?? height, height)];
  if (w === 0 || h === 0) throw corrupt(name, `this TIFF file has ${kind}s of ${w}×${h} pixels.`);
  const segments = { kind, width: w, height: h, across: Math.ceil(width / w), down: Math.ceil(height / h) } as const;
  const count = segments.across * segments.down * planes;
  if (count > MAX_SEGMENTS)
    throw new InspectumError(
      'too-large',
      `${name}: this TIFF has ${count} ${kind}s; at most ${MAX_SEGMENTS} are read. Save it with larger ones.`,
    );
  if (segments.across * w * segments.down * h > 2 * MAX_PIXELS)
    throw new InspectumError(
      'too-large',
      `${name}: the tiles of this TIFF, of ${w}×${h} pixels, are much larger than the image. Save it with smaller ones.`,
    );
  const offsets = list(kind === 'tile' ? 'tileOffsets' : 'stripOffsets') ?? [];
  const byteCounts = compression === 'none' ? undefined : (list(kind === 'tile' ? 'tileByteCounts' : 'stripByteCounts') ?? []);
  if (offsets.length < count || (byteCounts && byteCounts.length < count))
    throw corrupt(name, `this TIFF file has ${offsets.length} ${kind}s where its size needs ${count}.`);
  // Else a small file could have the same bytes decompressed many times.
  if (byteCounts && byteCounts.reduce((sum, c) => sum + c, 0) > fileBytes)
    throw corrupt(name, `the ${kind}s of this TIFF file have more bytes than the file.`);
  return { segments, offsets, byteCounts };
}
