import type { Geometry } from '../tensor/geometry.ts';
import type { Rect, Size } from './image.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The geometry of an image brought to `resized`, of which the input begins at (`left`, `top`); negative where the input is padded. */
export const geometryOf = (image: Size, resized: Size, input: Size, left: number, top: number): Geometry => ({
  imageWidth: image.width,
  imageHeight: image.height,
  inputWidth: input.width,
  inputHeight: input.height,
  scaleX: resized.width / image.width,
  scaleY: resized.height / image.height,
  offsetX: -left,
  offsetY: -top,
});

/** From a point of the image to that of the network's input; outside of the input where the network does not see it. */
export const toInput = (g: Geometry, x: number, y: number): Point => ({ x: x * g.scaleX + g.offsetX, y: y * g.scaleY + g.offsetY });

/** From a point of the network's input to that of the image; outside of the image in padding. */
export const toImage = (g: Geometry, x: number, y: number): Point => ({ x: (x - g.offsetX) / g.scaleX, y: (y - g.offsetY) / g.scaleY });

/** The rectangle of the image that the network sees, in image pixels, clipped to the image. */
export function seenRegion(g: Geometry): Rect {
  const from = toImage(g, 0, 0);
  const to = toImage(g, g.inputWidth, g.inputHeight);
  const x = Math.max(0, from.x);
  const y = Math.max(0, from.y);
  return { x, y, width: Math.min(g.imageWidth, to.x) - x, height: Math.min(g.imageHeight, to.y) - y };
}

/** The same geometry for the image shown at another size (a smaller copy of it, say). */
export const geometryForSize = (g: Geometry, { width, height }: Size): Geometry => ({
  ...g,
  imageWidth: width,
  imageHeight: height,
  scaleX: (g.scaleX * g.imageWidth) / width,
  scaleY: (g.scaleY * g.imageHeight) / height,
});

/** The geometry of the network's input seen as the image itself. */
export const inputGeometry = ({ inputWidth: width, inputHeight: height }: Geometry): Geometry =>
  geometryOf({ width, height }, { width, height }, { width, height }, 0, 0);
