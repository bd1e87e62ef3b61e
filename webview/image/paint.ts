import type { OverlayPicture } from '../../src/image/overlay.ts';
import type { LayerMap, Picture } from '../../src/protocol/model.ts';
import { drawThumbnail, type ThumbnailStyle } from './draw.ts';

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

/** What was drawn of a map, for the next time that its row comes into sight. */
const thumbnails = new WeakMap<LayerMap, { readonly key: string; readonly canvas: OffscreenCanvas }>();

/** A map in small. `side`: device pixels. */
export function paintThumbnail(canvas: HTMLCanvasElement, map: LayerMap, side: number, style: ThumbnailStyle): void {
  const key = JSON.stringify([side, style]);
  let known = thumbnails.get(map);
  if (known?.key !== key) {
    known = { key, canvas: shrunk(drawThumbnail(map, style, side), side) };
    thumbnails.set(map, known);
  }
  canvas.width = side;
  canvas.height = side;
  canvas.getContext('2d')?.drawImage(known.canvas, 0, 0);
}

function shrunk(picture: OverlayPicture, side: number): OffscreenCanvas {
  const cells = new OffscreenCanvas(1, 1);
  putPixels(cells, picture);
  if (picture.width === side && picture.height === side) return cells;
  const small = new OffscreenCanvas(side, side);
  const context = small.getContext('2d');
  if (context) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(cells, 0, 0, side, side);
  }
  return small;
}
