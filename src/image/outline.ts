import type { Rect, RgbImage } from './image.ts';

/** The picture with a rectangle's border drawn inside of its edges, clipped to the picture. `thickness`: pixels. */
export function outlined(image: RgbImage, rect: Rect, thickness: number, [r, g, b]: readonly [number, number, number]): RgbImage {
  const { width, height } = image;
  const left = Math.max(0, Math.round(rect.x));
  const top = Math.max(0, Math.round(rect.y));
  const right = Math.min(width, Math.round(rect.x + rect.width));
  const bottom = Math.min(height, Math.round(rect.y + rect.height));
  const data = new Uint8ClampedArray(image.data);
  for (let y = top; y < bottom; y++) {
    const edgeRow = y < top + thickness || y >= bottom - thickness;
    for (let x = left; x < right; x++)
      if (edgeRow || x < left + thickness || x >= right - thickness) data.set([r, g, b], (y * width + x) * 4);
  }
  return { width, height, data };
}
