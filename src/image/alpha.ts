import type { RgbaImage, RgbImage } from './image.ts';

/**
 * What clear pixels become: 'drop' leaves alpha out, so that the colour shows that is stored under it (PIL's convert('RGB'), and with it
 * torchvision's loaders); a colour (gray, or red, green, blue, 0 to 255) is laid under the picture.
 */
export type Background = 'drop' | readonly number[];

/** Whether any pixel is not opaque. */
export function hasTransparency({ data }: RgbaImage): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  return false;
}

/** The picture without its alpha. Over a colour: PIL's paste of the picture, masked by its alpha, into one of that colour, to the bit. */
export function withoutAlpha(image: RgbaImage, background: Background): RgbImage {
  if (!hasTransparency(image)) return image;
  const { width, height, data } = image;
  const opaque = Uint8Array.from(data);
  const under = background === 'drop' ? undefined : rgb(background);
  for (let i = 0; i < opaque.length; i += 4) {
    const alpha = opaque[i + 3] as number;
    if (alpha === 255) continue;
    opaque[i + 3] = 255;
    if (!under) continue;
    for (let c = 0; c < 3; c++) opaque[i + c] = over255((opaque[i + c] as number) * alpha + (under[c] as number) * (255 - alpha));
  }
  return { width, height, data: opaque };
}

const rgb = ([red = 0, green = red, blue = red]: readonly number[]): readonly number[] => [red, green, blue].map(Math.round);

/**
 * A transform of pictures that knows nothing of alpha, of a picture with alpha: colours are weighted by it and divided again, as
 * Image.resize of PIL does with RGBA and LA.
 */
export function throughAlpha({ width, height, data }: RgbaImage, transform: (image: RgbImage) => RgbImage): RgbaImage {
  const [colours, alphas] = [Uint8Array.from(data), new Uint8Array(data.length)];
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] as number;
    for (let c = 0; c < 3; c++) colours[i + c] = over255((data[i + c] as number) * alpha);
    alphas.fill(alpha, i, i + 3);
    colours[i + 3] = 255;
    alphas[i + 3] = 255;
  }
  const [weighted, alpha] = [transform({ width, height, data: colours }), transform({ width, height, data: alphas })];
  const result = Uint8Array.from(weighted.data);
  for (let i = 0; i < result.length; i += 4) {
    const a = alpha.data[i] as number;
    result[i + 3] = a;
    if (a > 0 && a < 255) for (let c = 0; c < 3; c++) result[i + c] = Math.min(255, Math.floor((255 * (result[i + c] as number)) / a));
  }
  return { width: weighted.width, height: weighted.height, data: result };
}

/** Divided by 255 and rounded, as PIL does it in whole numbers. */
function over255(product: number): number {
  const rounded = product + 128;
  return ((rounded >> 8) + rounded) >> 8;
}
