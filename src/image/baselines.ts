import { CHANNELS } from './channels.ts';
import { gaussianBlur } from './gaussianBlur.ts';
import type { RgbaImage, Size } from './image.ts';

/** A baseline that is a picture of its own, as a person chooses it. */
interface BaselineKind {
  readonly label: string;
  readonly doc: string;
  /** What may follow the name after a colon: "blur:5". */
  readonly argument?: { readonly name: string; readonly doc: string };
}

/** What can stand for the absence of an image, in terms of its pixels, by the name that `--baseline` takes; the default first. */
export const BASELINE_KINDS = {
  zero: {
    label: 'Zero of the normalised input',
    doc: 'What the network takes for 0: the mean colour of its training images where mean and std are subtracted, black where only the range is scaled.',
  },
  black: { label: 'Black', doc: 'Every pixel 0.' },
  white: { label: 'White', doc: 'Every pixel 255.' },
  gray: { label: 'Gray', doc: 'Every pixel 128.' },
  blur: {
    label: 'The image, blurred',
    doc: 'A Gaussian blur of the image itself: colours and coarse forms stay, detail is gone.',
    argument: { name: 'SIGMA', doc: 'standard deviation in pixels of the network’s input; default a twentieth of its shorter side' },
  },
  noise: {
    label: 'Uniform noise',
    doc: 'Every channel of every pixel a random value from 0 to 255, fixed by the seed.',
    argument: { name: 'COUNT', doc: 'how many examples, for a distribution; default 1' },
  },
} as const satisfies Readonly<Record<string, BaselineKind>>;

export type BaselineKindName = keyof typeof BASELINE_KINDS;

/** What files of baselines are called: one or two by their names, more as "12 images of the folder photos". */
export function describeFiles(files: readonly string[]): string {
  const parts = files.map((file) => file.split(/[\\/]/));
  if (files.length <= 2) return parts.map((path) => path.at(-1)).join(' and ');
  const what = files.some((file) => /\.npy$/i.test(file)) ? 'files' : 'images';
  const folders = new Set(parts.map((path) => path.slice(0, -1).join('/')));
  const where = folders.size === 1 ? `the folder ${parts[0]?.at(-2) || '/'}` : `${folders.size} folders`;
  return `${files.length} ${what} of ${where}`;
}

/** The gray values, 0 to 255, of the kinds that have one colour. */
export const LEVELS = { black: 0, white: 255, gray: 128 } as const satisfies Partial<Record<BaselineKindName, number>>;

/** A picture of one gray value. */
export function plainPicture({ width, height }: Size, level: number): RgbaImage {
  const data = new Uint8Array(width * height * 4).fill(level);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { width, height, data };
}

/** A picture of noise. @param byte gives a random whole number from 0 to 255 */
export function noisePicture({ width, height }: Size, byte: () => number): RgbaImage {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : byte()));
  return { width, height, data };
}

/** The sigma of `blur` where nobody has said one, in pixels. */
export const defaultSigma = ({ width, height }: Size): number => Math.max(1, Math.min(width, height) / 20);

/** Images of a network's input, blurred channel by channel. @param dims [N, C, H, W] or [N, H, W, C], as `layout` says */
export function blurred(
  values: Float32Array,
  dims: readonly number[],
  { layout, channels }: { readonly layout: 'NCHW' | 'NHWC'; readonly channels: keyof typeof CHANNELS },
  sigma: number,
): Float32Array {
  const count = CHANNELS[channels].length;
  const [examples = 1, a = 1, b = 1, c = 1] = dims;
  const [height, width] = layout === 'NCHW' ? [b, c] : [a, b];
  const pixels = width * height;
  const out = new Float32Array(values.length);
  for (let plane = 0; plane < examples * count; plane++) {
    const first = Math.floor(plane / count) * count * pixels;
    const [from, step] = layout === 'NCHW' ? [plane * pixels, 1] : [first + (plane % count), count];
    const soft = gaussianBlur(values, { width, height, from, step }, sigma);
    for (let i = 0; i < pixels; i++) out[from + i * step] = soft[i] as number;
  }
  return out;
}
