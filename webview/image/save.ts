import type { OverlayPicture } from '../../src/image/overlay.ts';
import type { InputImage, LayerMap } from '../../src/protocol/model.ts';
import type { ViewSettings } from '../../src/protocol/panel.ts';
import type { Drawn } from './draw.ts';
import { putPicture, putPixels } from './paint.ts';
import { backdropOf, pictureUnder } from './viewport.ts';

/** Pixels that a small picture's longer side is brought to, so that its map can be seen. */
const LEAST_SIDE = 512;
const DIMMED = 0.6;

/** The picture as it is shown, whole and unzoomed, in pixels of the image: a PNG file. */
export async function composePng(
  image: InputImage,
  map: LayerMap,
  drawn: Drawn,
  { over, opacity }: Pick<ViewSettings, 'over' | 'opacity'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const photo = over === 'original';
  const { picture, region } = pictureUnder(image, over);
  const factor = Math.max(1, Math.ceil(LEAST_SIDE / Math.max(picture.width, picture.height)));
  const backdrop = backdropOf(picture, map, image.geometry);
  const [base, overlay, canvas] = [0, 1, 2].map(() => document.createElement('canvas')) as [
    HTMLCanvasElement,
    HTMLCanvasElement,
    HTMLCanvasElement,
  ];
  putPicture(base, picture);
  putPixels(overlay, drawn.picture);
  canvas.width = picture.width * factor;
  canvas.height = picture.height * factor;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No canvas to draw on.');
  context.scale(factor, factor);
  context.imageSmoothingEnabled = factor === 1;
  context.drawImage(base, 0, 0);
  context.globalAlpha = opacity;
  if (backdrop) {
    putPicture(base, backdrop);
    context.drawImage(base, 0, 0);
  }
  context.imageSmoothingEnabled = !drawn.sharp;
  context.drawImage(overlay, region.x, region.y, region.width, region.height);
  context.globalAlpha = 1;
  if (photo) {
    const around = new Path2D();
    around.rect(0, 0, picture.width, picture.height);
    around.rect(region.x, region.y, region.width, region.height);
    context.fillStyle = `rgb(0 0 0 / ${DIMMED})`;
    context.fill(around, 'evenodd');
    context.strokeStyle = 'rgb(255 255 255 / 0.85)';
    context.lineWidth = Math.max(1, picture.width / 600);
    context.strokeRect(region.x, region.y, region.width, region.height);
  }
  return pngOf(canvas);
}

/** A picture of what the network sees, pixel for pixel: a PNG file. */
export function seenPng(picture: OverlayPicture): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = document.createElement('canvas');
  putPixels(canvas, picture);
  return pngOf(canvas);
}

async function pngOf(canvas: HTMLCanvasElement): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The picture could not be encoded.');
  return new Uint8Array(await blob.arrayBuffer());
}
