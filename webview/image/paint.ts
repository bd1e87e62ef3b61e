import type { OverlayPicture } from '../../src/image/overlay.ts';
import type { LayerMap, Picture } from '../../src/protocol/model.ts';
import { drawThumbnail, type Style } from './draw.ts';

/** Gives a canvas the size and the pixels. */
export function putPixels(canvas: HTMLCanvasElement | OffscreenCanvas, { width, height, data }: OverlayPicture): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
  context?.putImageData(new ImageData(data, width, height), 0, 0);
}

/** Shows a picture that came from the extension. */
export const putPicture = (canvas: HTMLCanvasElement, { width, height, rgba }: Picture): void =>
  putPixels(canvas, { width, height, data: new Uint8ClampedArray(rgba) });

/** A map in small. `side`: device pixels. */
export function paintThumbnail(canvas: HTMLCanvasElement, map: LayerMap, side: number, style: Style): void {
  const picture = drawThumbnail(map, style, side);
  if (picture.width === side && picture.height === side) return putPixels(canvas, picture);
  const cells = new OffscreenCanvas(picture.width, picture.height);
  putPixels(cells, picture);
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.imageSmoothingQuality = 'high';
  context.drawImage(cells, 0, 0, side, side);
}
