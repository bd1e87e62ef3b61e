import type { RgbaImage } from '../image.ts';
import { exifOrientation } from './exif.ts';
import { jpegDecoder } from './jpeg.ts';
import { corrupt, truncated } from './problems.ts';
import { type Photometric, readLayout, type TiffLayout } from './tiffLayout.ts';
import { type PlainCompression, undoDifferences, unpackSegment } from './tiffSegment.ts';
import { upright } from './upright.ts';

/** Pixels of a strip or tile, line by line. */
interface Lines {
  readonly data: Uint8Array;
  /** Samples that lie side by side. */
  readonly samples: number;
}

type ReadLines = (packed: Uint8Array, rows: number) => Lines | Promise<Lines>;

/**
 * Decodes the first page of a TIFF and turns it upright: bilevel, gray, palette and RGB, with or without alpha, of up to 16 bits; in
 * strips or tiles; plain, LZW, deflate, PackBits or JPEG.
 * @throws InspectumError 'corrupt', 'unsupported' (other kinds, named), 'too-large'
 */
export async function decodeTiff(bytes: Uint8Array, name: string): Promise<RgbaImage> {
  const layout = readLayout(bytes, name);
  const readLines = layout.compression === 'JPEG' ? jpegLines(layout, name) : plainLines(layout, layout.compression, name);
  const { width, height, segments, planar } = layout;
  const data = new Uint8Array(width * height * 4).fill(255);
  const writers = writersOf(layout, data);
  const perPlane = segments.across * segments.down;
  for (let index = 0; index < perPlane * (planar ? layout.samples : 1); index++) {
    const place = index % perPlane;
    const left = (place % segments.across) * segments.width;
    const top = Math.floor(place / segments.across) * segments.height;
    const rows = Math.min(segments.height, height - top);
    const columns = Math.min(segments.width, width - left);
    const stored = segments.kind === 'tile' ? segments.height : rows;
    const lines = await readLines(packedBytes(bytes, layout, index, stored, name), stored);
    const written = planar ? [writers[Math.floor(index / perPlane)]] : writers;
    written.forEach((write, sample) => {
      if (!write) return;
      const valueAt = sampleReader(lines, sample, layout);
      for (let y = 0; y < rows; y++)
        for (let x = 0, to = ((top + y) * width + left) * 4; x < columns; x++, to += 4) write(to, valueAt(x, y));
    });
  }
  if (layout.alpha?.premultiplied) divideByAlpha(data);
  return upright({ width, height, data }, exifOrientation(bytes));
}

/** Bytes of a line of a segment, of what lies side by side. */
const lineBytesOf = ({ segments, samples, planar, depth }: TiffLayout): number =>
  Math.ceil((segments.width * (planar ? 1 : samples) * depth) / 8);

/** A segment as it is in the file. */
function packedBytes(bytes: Uint8Array, layout: TiffLayout, index: number, rows: number, name: string): Uint8Array {
  const from = layout.offsets[index] as number;
  const end = from + (layout.byteCounts?.[index] ?? rows * lineBytesOf(layout));
  if (end > bytes.length) throw truncated(name, 'TIFF');
  return bytes.subarray(from, end);
}

function plainLines(layout: TiffLayout, compression: PlainCompression, name: string): ReadLines {
  const lineBytes = lineBytesOf(layout);
  const samples = layout.planar ? 1 : layout.samples;
  return (packed, rows) => {
    const data = unpackSegment(packed, rows * lineBytes, compression, name);
    return { data: layout.differences ? undoDifferences(data, lineBytes, samples, layout) : data, samples };
  };
}

/** Adobe's marker, which tells a decoder whether three components are RGB or YCbCr, whatever they are called. */
const ADOBE = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0];

/** Each segment is a JPEG without the tables that all of them share. */
function jpegLines({ segments, jpegTables, photometric }: TiffLayout, name: string): ReadLines {
  const decode = jpegDecoder((_, width, height) => {
    if (width !== segments.width || height > segments.height)
      throw corrupt(name, `a part of this TIFF file has ${width}×${height} pixels, not ${segments.width}×${segments.height}.`);
  });
  const start = [0xff, 0xd8, ...ADOBE, photometric === 'YCbCr' ? 1 : 0];
  // without their own start and end
  const tables = jpegTables?.subarray(2, -2) ?? [];
  return async (packed, rows) => {
    const jpeg = new Uint8Array(start.length + tables.length + packed.length - 2);
    jpeg.set(start);
    jpeg.set(tables, start.length);
    jpeg.set(packed.subarray(2), start.length + tables.length);
    const { height, data } = (await decode(jpeg, name)).image;
    if (height < rows) throw corrupt(name, `a part of this TIFF file has ${height} lines of pixels, not ${rows}.`);
    return { data: Uint8Array.from(data), samples: 4 };
  };
}

/** One sample of the pixels of a segment: its high byte where it has 16 bits, as it is where it has fewer than 8. */
function sampleReader(
  { data, samples }: Lines,
  sample: number,
  { segments, depth, littleEndian }: TiffLayout,
): (x: number, y: number) => number {
  if (depth < 8) {
    const lineBytes = Math.ceil((segments.width * depth) / 8);
    const most = 2 ** depth - 1;
    return (x, y) => ((data[y * lineBytes + ((x * depth) >> 3)] as number) >> (8 - depth - ((x * depth) & 7))) & most;
  }
  const bytes = depth / 8;
  const first = sample * bytes + (littleEndian ? bytes - 1 : 0);
  const step = samples * bytes;
  return (x, y) => data[(y * segments.width + x) * step + first] as number;
}

type Write = (to: number, value: number) => void;

/** What to do with each sample of a pixel; undefined: nothing. */
function writersOf({ photometric, samples, depth, palette, alpha }: TiffLayout, data: Uint8Array): (Write | undefined)[] {
  const channel =
    (c: number): Write =>
    (to, value) => {
      data[to + c] = value;
    };
  const stretch = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const gray: Write = (to, value) => {
    for (let c = 0; c < 3; c++) data[to + c] = value * stretch;
  };
  const colours = palette.length / 3;
  const COLOURS: Readonly<Record<Photometric, readonly Write[]>> = {
    'black is zero': [gray],
    'white is zero': [(to, value) => gray(to, 255 / stretch - value)],
    palette: [
      (to, value) => {
        for (let c = 0; c < 3; c++) data[to + c] = (palette[c * colours + value] as number) >> 8;
      },
    ],
    RGB: [channel(0), channel(1), channel(2)],
    YCbCr: [channel(0), channel(1), channel(2)],
  };
  const writers: (Write | undefined)[] = [...COLOURS[photometric]];
  writers.length = samples;
  if (alpha !== undefined) writers[alpha.sample] = channel(3);
  return writers;
}

/** Colours that were multiplied by alpha as they were before, as PIL computes them. */
function divideByAlpha(data: Uint8Array): void {
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] as number;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = i; c < i + 3; c++) data[c] = Math.min(255, Math.trunc((255 * (data[c] as number)) / alpha));
  }
}
