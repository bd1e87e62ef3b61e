import { describe, expect, it } from 'vitest';
import { drawFigure, type FigurePart } from '../../../src/image/captum/figure.ts';
import { type ImageArray, refusalOf, type VisualizeOptions, visualize } from '../../../src/image/captum/visualize.ts';
import type { Colormap } from '../../../src/image/colormap.ts';
import type { RgbaImage } from '../../../src/image/image.ts';
import { minMaxJet } from '../../../src/image/picturePresets.ts';
import { LINE_HEIGHT } from '../../../src/image/text/glyphs.ts';
import { textWidth } from '../../../src/image/text/text.ts';
import { floatsOf, maxDifference, readJson, rgbOf } from './fixtures.ts';

interface Options extends Pick<VisualizeOptions, 'method' | 'sign'> {
  readonly outlier_perc?: number;
  readonly alpha_overlay?: number;
  readonly cmap?: Colormap | 'default';
}

interface Figures {
  readonly width: number;
  readonly height: number;
  readonly images: Readonly<Record<string, { readonly channels: 1 | 3; readonly data: string }>>;
  readonly attributions: Readonly<Record<string, string>>;
  /** A map of 4 × 5, and its classic pictures over the image "bytes", with and without ReLU. */
  readonly presets: { readonly map: string; readonly true: string; readonly false: string };
  readonly cases: readonly { readonly image: string; readonly attribution: string; readonly options: Options; readonly pixels: string }[];
}

const { width, height, images, attributions, cases, presets } = readJson<Figures>('figures');
const imageOf = (name: string): ImageArray => {
  const { channels, data } = images[name] as Figures['images'][string];
  return { width, height, channels, data: floatsOf(data) };
};
const mapOf = (name: string) => ({ width, height, data: floatsOf(attributions[name] as string) });
const optionsOf = ({ method, sign, outlier_perc = 2, alpha_overlay = 0.5, cmap = 'default' }: Options): VisualizeOptions => ({
  method,
  sign,
  outlierPercent: outlier_perc,
  alphaOverlay: alpha_overlay,
  ...(cmap !== 'default' && { colormap: cmap }),
});

/** Of 255. */
const TOLERANCE = 2;

describe("pictures are those of captum's visualize_image_attr", () => {
  it.each(cases.map((c) => [`${JSON.stringify(c.options)} of ${c.attribution}, ${c.image}`, c] as const))('%s', (_, c) => {
    const { data } = visualize(mapOf(c.attribution), imageOf(c.image), optionsOf(c.options));
    expect(maxDifference(data, Buffer.from(c.pixels, 'base64'))).toBeLessThanOrEqual(TOLERANCE);
  });
});

it('heat_map needs no image', () => {
  const options = optionsOf({ method: 'heat_map', sign: 'all' });
  expect(visualize(mapOf('normal'), undefined, options)).toEqual(visualize(mapOf('normal'), imageOf('bytes'), options));
});

it.each(['masked_image', 'alpha_scaling'] as const)('%s refuses both signs together, in words', (method) => {
  const options = optionsOf({ method, sign: 'all' });
  expect(refusalOf(options)).toMatch(/choose the sign positive, negative or absolute_value/);
  expect(() => visualize(mapOf('normal'), imageOf('bytes'), options)).toThrow(/choose the sign/);
});

it('an image of another size is refused', () => {
  const small = { width: 1, height: 1, channels: 1, data: [0] } as const;
  expect(() => visualize(mapOf('normal'), small, optionsOf({ method: 'original_image', sign: 'all' }))).toThrow(/size of 17×11/);
});

it('alpha_scaling of one channel, which Captum cannot draw: gray, as opaque as the attribution is strong', () => {
  const map = { width: 3, height: 1, data: Float32Array.of(0, 1, 2) };
  const image = { width: 3, height: 1, channels: 1, data: [10, 20, 30] } as const;
  const { data } = visualize(map, image, optionsOf({ method: 'alpha_scaling', sign: 'positive', outlier_perc: 0 }));
  expect([...data]).toEqual([10, 10, 10, 0, 20, 20, 20, 127, 30, 30, 30, 255]);
});

it('nothing of a sign is 0 on the scale', () => {
  const { data } = visualize(
    { width: 1, height: 1, data: Float32Array.of(-1) },
    undefined,
    optionsOf({ method: 'heat_map', sign: 'positive' }),
  );
  // the first of Greens
  expect([...data]).toEqual([247, 252, 245, 255]);
});

describe.each([true, false])('the classic picture, ReLU %s', (relu) => {
  const picture = (values: Float32Array) => minMaxJet({ width: 5, height: 4, data: values }, opaque(imageOf('bytes')), { relu });

  it('is min-max, bilinear, JET, half over the image', () => {
    const expected = Buffer.from(presets[relu ? 'true' : 'false'], 'base64');
    expect(maxDifference(rgbOf(picture(floatsOf(presets.map))), expected)).toBeLessThanOrEqual(TOLERANCE);
  });

  it('a map without differences is the lowest colour', () => {
    const [r, g, b] = imageOf('bytes').data as unknown as number[];
    // JET begins with 0, 0, 127
    const half = [r, g, b].map((v, c) => ((v as number) + (c === 2 ? 127 : 0)) / 2);
    expect(maxDifference(picture(new Float32Array(20)).data.subarray(0, 3), half)).toBeLessThanOrEqual(1);
  });
});

const opaque = ({ data }: ImageArray) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : (data[(i >> 2) * 3 + (i % 4)] as number))),
});

describe('figures', () => {
  const parts = (['blended_heat_map', 'alpha_scaling'] as const).map((method) => optionsOf({ method, sign: 'positive' }));
  const [blended, scaled] = parts as [VisualizeOptions, VisualizeOptions];
  const draw = (pictures: readonly FigurePart[], showColorbar = false) =>
    drawFigure(mapOf('normal'), imageOf('bytes'), pictures, { showColorbar });
  const onWhite = (options: VisualizeOptions) => {
    const { data } = visualize(mapOf('normal'), imageOf('bytes'), options);
    return rgbOf({ data: data.map((v, i) => (i % 4 === 3 ? 255 : 255 + ((v - 255) * (data[i - (i % 4) + 3] as number)) / 255)) });
  };
  const cut = ({ width: across, data }: RgbaImage, left: number, top: number, zoom = 1) =>
    Uint8Array.from(
      { length: width * height * 3 },
      (_, i) =>
        data[((top + zoom * Math.floor(i / 3 / width)) * across + left + zoom * (Math.floor(i / 3) % width)) * 4 + (i % 3)] as number,
    );

  it('one picture alone is the picture, pixel for pixel, on white', () => {
    for (const options of [blended, scaled]) {
      const figure = draw([options]);
      expect([figure.width, figure.height]).toEqual([width, height]);
      expect(maxDifference(rgbOf(figure), onWhite(options))).toBeLessThanOrEqual(1);
    }
  });

  it('several stand side by side', () => {
    const figure = draw(parts);
    expect([figure.width, figure.height]).toEqual([2 * width + 30, height + 20]);
    expect(maxDifference(cut(figure, 10, 10), onWhite(blended))).toBeLessThanOrEqual(1);
    expect(maxDifference(cut(figure, width + 20, 10), onWhite(scaled))).toBeLessThanOrEqual(1);
  });

  it('beside text every pixel is a square, in the middle under a title that is wider', () => {
    const title = 'A title that is much wider than the picture is, however large its pixels are';
    const figure = draw([{ ...blended, title }]);
    // 240 pixels or more: 15 for each
    expect(figure.width).toBe(textWidth(title) + 20);
    expect(figure.height).toBe(10 + LINE_HEIGHT + 6 + 15 * height + 10);
    const left = 10 + Math.floor((textWidth(title) - 15 * width) / 2);
    expect(maxDifference(cut(figure, left, 16 + LINE_HEIGHT, 15), onWhite(blended))).toBeLessThanOrEqual(1);
    expect(maxDifference(cut(figure, left + 14, 16 + LINE_HEIGHT + 14, 15), onWhite(blended))).toBeLessThanOrEqual(1);
  });

  it('a colour bar stands under heat maps, as opaque as they are, and its room under the others', () => {
    const figure = draw(parts, true);
    const row = (10 + 15 * height + 6) * figure.width;
    const at = (x: number) => [...figure.data.subarray((row + x) * 4, (row + x) * 4 + 3)];
    // Greens from 247, 252, 245 to 0, 68, 27, half over white
    expect(maxDifference(at(10), [251, 253.5, 250])).toBeLessThanOrEqual(1);
    expect(maxDifference(at(10 + 15 * width - 1), [127.5, 161.5, 141])).toBeLessThanOrEqual(1);
    expect(at(10 + 15 * width + 10)).toEqual([255, 255, 255]);
  });

  it('too large a figure is refused before it takes memory', () => {
    const wide = { width: 1e5, height: 1100, data: new Float32Array(0) };
    expect(() => drawFigure(wide, undefined, [optionsOf({ method: 'heat_map', sign: 'all' })], { showColorbar: false })).toThrow(
      /100000×1100.*100 megapixels/,
    );
  });
});
