import { readFileSync } from 'node:fs';
import type { RgbImage } from '../../../src/image/image.ts';

const folder = new URL('../../fixtures/image/', import.meta.url);

export const readJson = <T>(name: string): T => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as T;

export const readImageFile = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`files/${name}`, folder)));

export const floatsOf = (base64: string): Float32Array => new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);

/** Red, green, blue of every pixel. */
export const rgbOf = ({ data }: { readonly data: ArrayLike<number> }): Uint8Array =>
  Uint8Array.from({ length: (data.length / 4) * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)] as number);

/** Red, green and blue of every `step`th pixel of every `step`th row. */
export function sampled({ width, data }: { readonly width: number; readonly data: ArrayLike<number> }, step: number): Uint8Array {
  return rgbOf({ data }).filter((_, i) => {
    const pixel = Math.floor(i / 3);
    return (pixel % width) % step === 0 && Math.floor(pixel / width) % step === 0;
  });
}

/** The picture that test/fixtures/image/make.py calls texture; with `clear` pixels, its texture_with_alpha. */
export function texture(width: number, height: number, clear = false): RgbImage {
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 4) {
      if (clear) data[i + 3] = (x * 5 + y * 3) & 255;
      const hard = ((x >> 3) + (y >> 3)) % 7 === 0;
      for (let c = 0; c < 3; c++)
        data[i + c] = hard ? ((x + y + c) & 1) * 255 : ((x * x * 3 + y * y * 5 + x * y * (c + 1) * 7 + c * 296) >> 3) & 255;
    }
  return { width, height, data };
}

export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} values against ${b.length}`);
  let max = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs((a[i] as number) - (b[i] as number));
    if (!(d <= max)) max = d;
  }
  return max;
}
