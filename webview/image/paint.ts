import type { LayerMap, Picture } from '../../src/protocol/model.ts';
import { drawMap, type Style } from './draw.ts';

/** Gives a canvas the picture's size and pixels. */
export function drawPicture(canvas: HTMLCanvasElement, { width, height, rgba }: Picture): void {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), 0, 0);
}

/** A map in small: on black, where no photo lies behind it. `side`: device pixels. */
export function paintThumbnail(canvas: HTMLCanvasElement, map: LayerMap, side: number, style: Style): void {
  const upsampling = Math.max(map.width, map.height) < side ? 'bicubic' : 'none';
  const { picture } = drawMap(map, style, upsampling, { width: side, height: side });
  const cells = new OffscreenCanvas(picture.width, picture.height);
  cells.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(picture.rgba), picture.width, picture.height), 0, 0);
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.fillStyle = '#000';
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = 'high';
  context.drawImage(cells, 0, 0, side, side);
}
